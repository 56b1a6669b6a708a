"""What a host must give: room, a loopback interface. Open files are tested on `wfc` itself."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.drive.host import check_host, place_with_room, places
from conformance.errors import EnvironmentFault

from .command import REFERENCE

if TYPE_CHECKING:
    from pathlib import Path

#: Becomes root of a network of its own; then does the rest of the command line there.
_APART = ("unshare", "--map-root-user", "--net", "sh", "-c")
_UP = "ip link set lo up || exit 99; "
_NO_IPV6 = "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 || exit 99; "
#: What the shell above ends with if the host lets nobody do that.
_REFUSED = 99
LIMIT_S = 60.0


def apart(script: str, place: Path) -> tuple[int | None, str]:
    """Run a shell script in a network of its own; tell its status, and what it printed."""
    out = place / "out"
    env = {"PATH": f"{os.defpath}:/sbin:/usr/sbin", "PYTHONPATH": str(ROOT)}
    with out.open("wb") as file:
        process = sandbox.start(
            [*_APART, script],
            env=env,
            cwd=str(place),
            stdout=file.fileno(),
            stderr=file.fileno(),
        )
    process.end(within_s=LIMIT_S)
    status, said = process.exit_status(), out.read_text(encoding="utf-8")
    if status == _REFUSED or said.startswith("unshare:"):
        pytest.skip(f"no network of our own: {said.strip()}")
    return status, said


def run_of(clause: str) -> str:
    return f"{sys.executable} -m conformance run --impl {REFERENCE} --clause {clause} --effort none"


def test_this_host_will_do() -> None:
    check_host()


def test_a_place_without_room_is_not_chosen() -> None:
    free = {place: shutil.disk_usage(place).free for place in places()}
    assert place_with_room(0) == places()[0]
    with pytest.raises(EnvironmentFault, match=r"a run needs \d+ MiB, and there is less in /"):
        place_with_room(2 * max(free.values()))


@pytest.mark.skipif(shutil.which("unshare") is None, reason="there is no unshare")
def test_without_a_loopback_interface_nobody_is_judged(tmp_path: Path) -> None:
    status, said = apart(run_of("F-POOL-02"), tmp_path)
    assert (status, said) == (
        7,
        "wfc: this host has no 127.0.0.1: bring its loopback interface up\n",
    )


@pytest.mark.skipif(shutil.which("unshare") is None, reason="there is no unshare")
def test_without_ipv6_what_needs_it_is_left_out(tmp_path: Path) -> None:
    """Containers often have none."""
    status, said = apart(_UP + _NO_IPV6 + run_of("F-START-07"), tmp_path)
    assert status == 0, said
    assert "HARNESS ERROR" not in said
