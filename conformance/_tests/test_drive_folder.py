"""Directories of runs: swept once their owner is dead, never before."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.drive.clock import wait_until
from conformance.drive.folder import Folder

from .command import REFERENCE, Wfc

OWNER = """
import sys
from pathlib import Path
from conformance.drive.folder import Folder
print(Folder("wfc-test-", Path(sys.argv[1])).path, flush=True)
sys.stdin.read()
"""


def names(place: Path) -> set[str]:
    return {path.name for path in place.glob("wfc-*")}


def test_a_folder_is_removed_with_all_in_it(tmp_path: Path) -> None:
    """Its owner removes it himself."""
    folder = Folder("wfc-test-", tmp_path)
    (folder.path / "file").touch()
    folder.remove()
    assert names(tmp_path) == set()


def test_the_folder_of_a_killed_owner_is_swept_by_the_next(tmp_path: Path) -> None:
    """While the owner lives nobody touches it; SIGKILL leaves it, the next owner removes it."""
    reading, writing = os.pipe2(os.O_CLOEXEC)
    env = {"PYTHONPATH": str(ROOT)}
    argv = [sandbox.own_python(), "-c", OWNER, str(tmp_path)]
    owner = sandbox.start(argv, env=env, cwd=str(tmp_path), stdout=writing, stderr=2)
    os.close(writing)
    with open(reading, encoding="utf-8") as told:
        path = told.readline().strip()
    Folder("wfc-test-", tmp_path).remove()
    assert os.path.isdir(path)
    owner.signal(signal.SIGKILL)
    owner.end()
    mine = Folder("wfc-test-", tmp_path)
    assert names(tmp_path) == {mine.path.name}
    mine.remove()


@pytest.mark.timeout(90)
def test_a_killed_run_is_tidied_up_by_the_next_one(tmp_path: Path) -> None:
    """What a killed `wfc run` left on tmpfs is gone after another run of whatever."""
    killed = Wfc(tmp_path)
    started = killed.start("-m", "conformance", "run", "--impl", REFERENCE, "--clause", "F-RST-*")
    verdict = tmp_path / "wfc-report" / "latest" / "verdict.json"
    assert wait_until(verdict.exists, 30.0)
    mine = _directory_of(started.pid)
    started.signal(signal.SIGKILL)
    started()
    assert mine.exists()
    assert Wfc(tmp_path)("doctor", "--impl", REFERENCE).status == 0
    assert not mine.exists()


def _directory_of(pid: int) -> Path:
    """Find a run's directory by the lock that its process holds."""
    links = (path.readlink() for path in Path(f"/proc/{pid}/fd").iterdir())
    return next(link.parent for link in links if link.name == "lock")
