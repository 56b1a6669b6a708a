"""Waits that stop() can end, and values that come in the course of them."""

from __future__ import annotations

import os
import select
import struct
import threading
import time
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from types import TracebackType

INT = struct.Struct(">i")


class Stopped(Exception):
    """stop() was called meanwhile."""


class Silence(TimeoutError):
    """Not one byte came."""


class Bell:
    """Rings while somebody wants to stop the factory: every wait ends then.

    Whoever rings does so before he waits for the factory's lock, which somebody holds who
    waits himself.
    """

    def __init__(self) -> None:
        self._fd = os.eventfd(0)
        self._counting = threading.Lock()
        self._ringers = 0
        weakref.finalize(self, os.close, self._fd)

    def __enter__(self) -> None:
        with self._counting:
            self._ringers += 1
            if self._ringers == 1:
                os.eventfd_write(self._fd, 1)

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        with self._counting:
            self._ringers -= 1
            if self._ringers == 0:
                os.eventfd_read(self._fd)

    def wait(self, within_s: float, *fds: int) -> set[int]:
        """Wait until one of these can be read.

        Args:
            within_s: how long, in seconds.
            *fds: descriptors.

        Returns:
            Those that can; none if the time is over.

        Raises:
            Stopped: the bell rings.
        """
        poll = select.poll()
        for fd in (self._fd, *fds):
            poll.register(fd, select.POLLIN)
        ready = {fd for fd, _ in poll.poll(max(within_s, 0) * 1000)}
        if self._fd in ready:
            raise Stopped("the factory was stopped meanwhile")
        return ready


class Conversation:
    """What is said on a connection.

    Args:
        connection: to a worker.
        bell: ends every wait.
        within_s: how long each value may take.
    """

    def __init__(self, connection: socket.socket, bell: Bell, within_s: float) -> None:
        self._connection = connection
        self._bell = bell
        self._within_s = within_s

    def hear(self, size: int) -> bytes:
        """Read so many bytes.

        Args:
            size: how many.

        Returns:
            The bytes.

        Raises:
            EOFError: there were fewer.
            Silence: none came in time.
            TimeoutError: too few came in time.
        """
        heard = b""
        end_s = time.monotonic() + self._within_s
        while len(heard) < size:
            if not self._bell.wait(end_s - time.monotonic(), self._connection.fileno()):
                kind = TimeoutError if heard else Silence
                raise kind(f"a worker was silent for {self._within_s:g} s")
            more = self._connection.recv(size - len(heard))
            if not more:
                raise EOFError(f"a worker left after {len(heard)} of {size} bytes")
            heard += more
        return heard

    def hear_number(self) -> int:
        """Read a number."""
        (number,) = INT.unpack(self.hear(INT.size))
        return int(number)

    def hear_text(self) -> bytes:
        """Read a length and a text.

        Returns:
            The text's bytes; none at all for a length that no text of ours has.
        """
        size = self.hear_number()
        return self.hear(size) if 0 < size < 1 << 12 else b""

    def say(self, text: bytes) -> None:
        """Send a length, and then a text: who has gone without reading resets us between."""
        self._connection.sendall(INT.pack(len(text)))
        self._connection.sendall(text)
