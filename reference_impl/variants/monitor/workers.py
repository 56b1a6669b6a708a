"""What is known about a worker of the daemon, or about one without."""

from __future__ import annotations

import os
import select
import weakref


class Handle:
    """A worker's process, known by a descriptor: nobody else can come by its pid unnoticed.

    Args:
        pid: what it is called.
        generation: of its daemon.

    Attributes:
        pid: as given.
        generation: as given.
        exists: whether there was such a process.
    """

    def __init__(self, pid: int, generation: int) -> None:
        self.pid = pid
        self.generation = generation
        self._fd = _open(pid)
        self.exists = self._fd is not None
        if self._fd is not None:
            weakref.finalize(self, os.close, self._fd)

    def is_alive(self) -> bool:
        """Whether it has not ended; of who never existed nothing is known."""
        if self._fd is None:
            return True
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        return not poll.poll(0)


def _open(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except (OSError, OverflowError):
        return None
