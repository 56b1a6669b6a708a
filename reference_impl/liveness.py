"""Whether an idle worker can be handed out: its process and its connection."""

from __future__ import annotations

import os
import select
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket


def is_running(pid: int) -> bool:
    """Whether there is such a process; one that only waits to be reaped is none.

    Args:
        pid: any number.

    Returns:
        Whether it runs, or is stopped.
    """
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    try:
        status = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return not Path("/proc/self/stat").exists()
    return status[status.rindex(b")") + 2 : status.rindex(b")") + 3] not in b"ZX"


def is_quiet(sock: socket.socket) -> bool:
    """Whether the connection is open and nothing has come that nobody asked for.

    Readable means end of stream, an error, or stray bytes. Poll, not select: descriptors
    may be 1024 and more.

    Args:
        sock: the socket of an idle worker.

    Returns:
        Whether it can be used.
    """
    if sock.fileno() < 0:
        return False
    poller = select.poll()
    poller.register(sock, select.POLLIN)
    return not poller.poll(0)
