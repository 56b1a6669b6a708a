"""The end of what a process writes to a pipe, read only when Spark would read it."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import termios
import threading
from typing import IO

_CHUNK_BYTES = 65536
#: How much is kept.
_TAIL_BYTES = 8000
#: linux/fcntl.h, and a pipe's usual capacity where it is not told.
_F_GETPIPE_SZ = 1032
#: What is written at once, at most, needs so much room (PIPE_BUF).
_AT_ONCE_BYTES = 4096


class Stream:
    """A pipe, and the end of what came through it.

    Args:
        pipe: to be read; it stays open for us when its owner closes it.
    """

    def __init__(self, pipe: IO[bytes] | None) -> None:
        if pipe is None:
            raise ValueError("this process was started without that pipe")
        self._fd = os.dup(pipe.fileno())
        self._lock = threading.Lock()
        self._kept = b""
        self._is_over = False

    def read_on(self) -> None:
        """Read from here on, on a thread of its own, so that no writer ever waits."""
        threading.Thread(target=self._read_on, daemon=True).start()

    def is_full(self) -> bool:
        """Tell whether whoever writes to it waits."""
        held = fcntl.ioctl(self._fd, termios.FIONREAD, struct.pack("i", 0))
        waiting: int = struct.unpack("i", held)[0]
        return waiting > fcntl.fcntl(self._fd, _F_GETPIPE_SZ) - _AT_ONCE_BYTES

    def so_far(self) -> bytes:
        """Read what is there.

        Returns:
            The end of all that came.
        """
        with self._lock:
            while not self._is_over and self._wait(0):
                self._take()
            return self._kept

    def _read_on(self) -> None:
        while self._wait(None):
            with self._lock:
                if self._is_over:
                    return
                if self._wait(0):
                    self._take()

    def _wait(self, limit_ms: int | None) -> bool:
        poller = select.poll()
        poller.register(self._fd, select.POLLIN)
        return bool(poller.poll(limit_ms))

    def _take(self) -> None:
        more = os.read(self._fd, _CHUNK_BYTES)
        self._is_over = not more
        self._kept = (self._kept + more)[-_TAIL_BYTES:]
