"""What starts the suite may be nohup, a supervisor or a poor shell: no verdict depends on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .command import REFERENCE, Wfc

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timeout(120)

#: Ends each of these scripts: it becomes `wfc`.
_BECOMES = """
os.execv(sys.executable, [sys.executable, "-m", "conformance", *sys.argv[1:]])
"""
#: Ignores SIGHUP, as nohup does, and blocks it, too.
_NOHUP = """
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
"""
#: Closes some standard streams, as `<&-` does.
_CLOSING = """
import os, sys
for fd in {closed}:
    os.close(fd)
"""
#: Allows so many open files.
_ALLOWING = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
"""
#: Judges a few clauses of the reference.
_FEW = ("run", "--impl", REFERENCE, "--clause", "F-POOL-0?", "--effort=none")
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
    ended = Wfc(tmp_path).python(
        "-c", _NOHUP + _BECOMES, *command, "--clause", "F-POOL-0?", "--effort=none"
    )
    assert ended.status == 0, ended
    assert "PASS" in ended.out


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)])
def test_standard_streams_may_be_closed(closed: tuple[int, ...], tmp_path: Path) -> None:
    ended = Wfc(tmp_path).python("-c", _CLOSING.format(closed=closed) + _BECOMES, *_FEW)
    assert ended.status == 0, ended
    assert ended.err == ""
    assert ("PASS" in ended.out) is (1 not in closed)
    verdict = (tmp_path / "wfc-report/latest/verdict.json").read_text(encoding="utf-8")
    assert '"finished"' in verdict


def test_asserts_may_be_left_out(tmp_path: Path) -> None:
    ended = Wfc(tmp_path)(*_FEW, PYTHONOPTIMIZE="2")
    assert (ended.status, ended.err) == (0, ""), ended


@pytest.mark.parametrize(("soft", "hard", "code"), [(40, 4096, 0), (40, 40, 7)])
def test_a_low_limit_of_open_files_is_raised_or_told(
    soft: int, hard: int, code: int, tmp_path: Path
) -> None:
    """With so few a conforming factory would fail."""
    allowing = _ALLOWING.format(soft=soft, hard=hard)
    ended = Wfc(tmp_path).python("-c", allowing + _BECOMES, *_FEW)
    assert ended.status == code, ended
    told = "wfc: no more than 40 files may be open at a time here, and the suite needs 256: "
    assert ended.err.startswith(told) is (code != 0)
    assert ended.err.count("\n") == (code != 0)
