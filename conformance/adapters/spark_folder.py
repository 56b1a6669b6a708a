"""The folder for everything temporary, which goes even when the adapter was killed."""

from __future__ import annotations

import fcntl
import glob
import os
import shutil
import tempfile

_PREFIX = "wfc-spark-"
_LOCK = "lock"


def make_folder() -> str:
    """Make a folder, and remove those whose adapters were killed before they could.

    A folder belongs to whoever holds the lock on a file in it; the kernel drops the lock
    with its holder. The suite kills an adapter whose call hangs.

    Returns:
        Path of the new folder.
    """
    for lock in glob.glob(os.path.join(glob.escape(tempfile.gettempdir()), f"{_PREFIX}*", _LOCK)):
        _remove_abandoned(lock)
    while True:
        folder = tempfile.mkdtemp(prefix=_PREFIX)
        held = os.open(os.path.join(folder, _LOCK), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
        fcntl.flock(held, fcntl.LOCK_EX)
        if os.fstat(held).st_nlink:
            return folder
        os.close(held)  # another adapter swept it between our open and our lock


def _remove_abandoned(lock: str) -> None:
    try:
        found = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return  # gone meanwhile, or somebody else's
    try:
        fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(os.path.dirname(lock), ignore_errors=True)
    except BlockingIOError:
        return
    finally:
        os.close(found)
