"""Under nohup, or a parent that blocks signals: what is judged begins as from a login."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .command import Wfc

if TYPE_CHECKING:
    from pathlib import Path

#: Ignores SIGHUP, as nohup does, and blocks it, too; then becomes `wfc`.
_NOHUP = """
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
os.execv(sys.executable, [sys.executable, "-m", "conformance", *sys.argv[1:]])
"""
#: A factory that cannot be made where its daemons would inherit such a thing.
_PLAIN = """
import signal
from reference_impl import make as make_reference

def make(*arguments, **options):
    status = open("/proc/self/status").read()
    sets = dict(line.split(":\\t") for line in status.splitlines() if line.startswith("Sig"))
    for name in ("SigBlk", "SigIgn"):
        if int(sets[name], 16) & 1 << (signal.SIGHUP - 1):
            raise RuntimeError(f"SIGHUP in {name}")
    return make_reference(*arguments, **options)
"""
_MATRIX = """
[[subject]]
name = "plain"
impl = "py:factory:make"
"""


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "command",
    [
        ("run", "--impl", "py:factory:make"),
        ("run", "--impl", "py:factory:make", "--jobs", "2"),
        ("matrix", "matrix.toml"),
    ],
    ids=["one process", "two processes", "a matrix"],
)
def test_what_is_judged_inherits_no_signal(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "factory.py").write_text(_PLAIN, encoding="utf-8")
    (tmp_path / "matrix.toml").write_text(_MATRIX, encoding="utf-8")
    ended = Wfc(tmp_path).python("-c", _NOHUP, *command, "--clause", "F-POOL-0?", "--effort=none")
    assert ended.status == 0, ended
    assert "PASS" in ended.out
