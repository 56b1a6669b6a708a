"""Copies of this process: they tell, they end, they leave nothing behind."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.drive.clock import wait_until
from conformance.drive.copies import start_copy
from conformance.observe import processes

if TYPE_CHECKING:
    from pathlib import Path

LIMIT_S = 10.0
#: Starts a copy that stays, tells its pid, and waits to be killed.
PARENT = """
import os, pathlib, threading
from conformance.drive.copies import start_copy
copy = start_copy(lambda fd: threading.Event().wait(), pathlib.Path("output"))
os.write(1, str(copy.pid).encode())
threading.Event().wait()
"""


def stay(_fd: int) -> None:
    threading.Event().wait()


def test_a_copy_tells_what_it_knows_and_ends(tmp_path: Path) -> None:
    """It has what this process has, and its own end of the pipe."""
    known = {"answer": b"42"}

    def tell(fd: int) -> None:
        os.write(fd, known["answer"])

    copy = start_copy(tell, tmp_path / "out")
    assert os.read(copy.told_fd, 100) == b"42"
    assert os.read(copy.told_fd, 100) == b""
    assert copy.end(LIMIT_S) == 0
    copy.signal(signal.SIGTERM)  # has no effect any more


def test_what_a_copy_raises_stands_in_its_output(tmp_path: Path) -> None:
    def fail(_fd: int) -> None:
        raise LookupError("no such thing")

    copy = start_copy(fail, tmp_path / "out")
    assert copy.end(LIMIT_S) == 1
    assert "LookupError: no such thing" in (tmp_path / "out").read_text(encoding="utf-8")


def test_a_copy_leads_a_group_of_its_own_and_is_killed_if_it_stays(tmp_path: Path) -> None:
    copy = start_copy(stay, tmp_path / "out")
    assert copy.exit_status() is None
    assert wait_until(lambda: os.getpgid(copy.pid) == copy.pid, LIMIT_S)
    assert copy.end() == -signal.SIGKILL
    assert copy.exit_status() == -signal.SIGKILL


def test_a_copy_hears_signals(tmp_path: Path) -> None:
    copy = start_copy(stay, tmp_path / "out")
    copy.signal(signal.SIGTERM)
    assert copy.end(LIMIT_S) == -signal.SIGTERM


def test_a_copy_dies_with_its_original(tmp_path: Path) -> None:
    env = {"PATH": os.defpath, "PYTHONPATH": str(ROOT)}
    original = sandbox.start([sandbox.own_python(), "-c", PARENT], env=env, cwd=str(tmp_path))
    pid = int(os.read(original.stdout_fd, 100))
    assert processes.is_alive(pid)
    original.end()
    assert sandbox.wait_for_end([pid], LIMIT_S)
