"""Directories that go even when their owner was killed: the next owner sweeps them."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from conformance.drive.host import place_with_room, places

_LOCK = "lock"


class Folder:
    """A directory that belongs to whoever holds the lock on a file in it.

    The kernel drops the lock with its last holder, by whatever means that dies. The Spark
    adapter does the same for its own folder, without us.

    Args:
        prefix: of its name; those of killed owners with the same prefix are removed.
        where: directory in which it is made; if None one on tmpfs, where there is one with room.

    Attributes:
        path: of the directory.
    """

    def __init__(self, prefix: str, where: Path | None = None) -> None:
        for place in (where,) if where else places():
            for lock in place.glob(f"{prefix}*/{_LOCK}"):
                _remove_abandoned(lock)
        self.path, self._lock_fd = _make(prefix, where or place_with_room())

    def remove(self) -> None:
        """Remove it with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock_fd)


def _make(prefix: str, place: Path) -> tuple[Path, int]:
    while True:
        path = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
        held = os.open(path / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(held, fcntl.LOCK_EX)
        if os.fstat(held).st_nlink:
            return path, held
        os.close(held)  # another owner swept it between our open and our lock


def _remove_abandoned(lock: Path) -> None:
    try:
        found = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return  # gone meanwhile, or somebody else's
    try:
        fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(lock.parent, ignore_errors=True)
    except BlockingIOError:
        return
    finally:
        os.close(found)
