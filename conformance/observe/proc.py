"""Files of /proc, read as cheaply as can be: one look at a tree of processes takes dozens."""

from __future__ import annotations

import os

#: More than any file of /proc that we read often, so that one read gets it all.
_CHUNK_BYTES = 16384


def read(path: str) -> bytes:
    """Read a file that may vanish any time.

    Args:
        path: of the file.

    Returns:
        Its content; empty if it is gone, or not for us to read.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return _read_all(file)
    except OSError:  # ESRCH: the process has ended since
        return b""
    finally:
        os.close(file)


def _read_all(file: int) -> bytes:
    whole = b""
    while chunk := os.read(file, _CHUNK_BYTES):
        whole += chunk
    return whole


def names(path: str) -> list[str]:
    """List a directory that may vanish any time.

    Args:
        path: of the directory.

    Returns:
        Names of its entries; none if it is gone, or not for us to read.
    """
    try:
        return os.listdir(path)
    except OSError:
        return []
