"""One connection during its handshake: whole values in and out, each within a limit.

This is the edge where the exceptions of `socket` become ours.
"""

from __future__ import annotations

import errno
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from . import wire
from .errors import (
    AuthenticationFailed,
    EndOfStream,
    SilentWorker,
    SocketFailure,
    TimedOut,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Generator

#: A peer's text longer than this is no secret and no reply; it is not even read.
LONGEST_TEXT_BYTES = 4096


@contextmanager
def socket_failures() -> Generator[None]:
    """Turn the exceptions of `socket` into ours.

    Yields:
        Nothing.

    Raises:
        TimedOut: the socket's own limit has passed.
        SocketFailure: anything else that went wrong with the socket.
    """
    try:
        yield
    except TimeoutError as error:
        if error.errno == errno.ETIMEDOUT:  # the kernel gave up, not our limit
            raise SocketFailure(os.strerror(errno.ETIMEDOUT)) from error
        raise TimedOut("Timed out while talking to the Python process") from error
    except OSError as error:
        text = os.strerror(error.errno) if error.errno else str(error)
        raise SocketFailure(text) from error


class Connection:
    """Reads and writes whole values; every read has its own limit.

    Args:
        sock: the connected socket; its time-out is changed.
        limit_s: seconds that one value may take.

    Attributes:
        limit_s: as given.
    """

    def __init__(self, sock: socket.socket, limit_s: float) -> None:
        self._sock = sock
        self.limit_s = limit_s
        self._heard = False

    def read(self, size: int) -> bytes:
        """Read exactly so many bytes.

        Args:
            size: how many.

        Returns:
            The bytes.

        Raises:
            EndOfStream: the peer closed before.
            SilentWorker: the time is over and the peer has never sent a byte.
            TimedOut: the time is over.
            SocketFailure: the connection broke.
        """
        deadline = time.monotonic() + self.limit_s
        chunks: list[bytes] = []
        while size > 0:
            self._sock.settimeout(max(deadline - time.monotonic(), 0.001))
            chunk = self.receive(size)
            chunks.append(chunk)
            size -= len(chunk)
        return b"".join(chunks)

    def receive(self, most: int) -> bytes:
        """Read what comes first.

        Args:
            most: how many bytes at most.

        Returns:
            At least one byte.

        Raises:
            EndOfStream: the peer has closed.
            TimedOut: nothing came in time.
        """
        try:
            with socket_failures():
                chunk = self._sock.recv(most)
        except TimedOut as error:
            raise self._too_late() from error
        if not chunk:
            raise EndOfStream("The peer closed the connection too early")
        self._heard = True
        return chunk

    def read_int(self) -> int:
        """Read one integer."""
        return wire.unpack_int(self.read(wire.INT_BYTES))

    def read_text(self) -> str:
        """Read one text.

        Returns:
            The text; bytes that are no UTF-8 are replaced.

        Raises:
            AuthenticationFailed: the length cannot be that of a secret or a reply.
        """
        length = self.read_int()
        if not 0 <= length <= LONGEST_TEXT_BYTES:
            raise AuthenticationFailed("Authentication failed.")
        return self.read(length).decode(errors="replace")

    def write_int(self, number: int) -> None:
        """Send one integer."""
        self._send(wire.pack_int(number))

    def write_text(self, text: str) -> None:
        """Send one text, in two steps as Spark does.

        If the peer has gone without reading, the first step provokes the reset and the
        second one meets it: a socket error, no end of stream (F-RST-10).

        Args:
            text: the text.
        """
        raw = wire.pack_text(text)
        self._send(raw[: wire.INT_BYTES])
        self._send(raw[wire.INT_BYTES :])

    def _send(self, raw: bytes) -> None:
        with socket_failures():
            self._sock.settimeout(self.limit_s)
            self._sock.sendall(raw)

    def _too_late(self) -> TimedOut:
        kind = TimedOut if self._heard else SilentWorker
        return kind(
            "Timed out while waiting for the Python worker to connect back "
            f"after {round(self.limit_s * 1000)} ms"
        )
