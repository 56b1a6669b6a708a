"""Spark's side of a connection: integers and texts, each read within a limit."""

from __future__ import annotations

import contextlib
import struct
import time
from typing import TYPE_CHECKING

from conformance.adapters.doctor.launch import is_readable
from conformance.adapters.doctor.seen import Failed

if TYPE_CHECKING:
    import socket

_INT = struct.Struct("!i")
INT_BYTES = 4
#: A task for a Python that does not exist: 0, then the text 0.0. Every release of Spark's
#: worker answers with an exception; workers that echo frames send the text back.
ODD_TASK = b"\0\0\0\0\0\0\0\x030.0"
#: SpecialLengths.PYTHON_EXCEPTION_THROWN, before the text of an exception.
_EXCEPTION = -2
_LONGEST_BYTES = 100_000
#: What echoes the task in frames, with its pid before each, sends so much at most; and how
#: long to listen for it once it has begun, in seconds.
_MOST_ECHOED_BYTES = 64
_REST_S = 0.2


def pack(number: int) -> bytes:
    """Write an integer: 4 bytes, big endian, signed.

    Args:
        number: any that fits.

    Returns:
        The bytes.
    """
    return _INT.pack(number)


def unpack(data: bytes) -> int:
    """Read an integer.

    Args:
        data: 4 bytes.

    Returns:
        The number.
    """
    number: int = _INT.unpack(data)[0]
    return number


class Connection:
    """A connection to a worker.

    Args:
        sock: connected.
        limit_s: for each read, in seconds.

    Attributes:
        pid: of the worker, once it has told.
    """

    def __init__(self, sock: socket.socket, limit_s: float) -> None:
        self.pid = 0
        self._sock = sock
        self._limit_s = limit_s
        sock.settimeout(limit_s)

    def send(self, data: bytes) -> None:
        """Send bytes; a peer that is gone is seen by the next read.

        Args:
            data: any.
        """
        with contextlib.suppress(OSError):
            self._sock.sendall(data)

    def send_text(self, text: str) -> None:
        """Send a text: its length, then its bytes.

        Args:
            text: any.
        """
        data = text.encode()
        self.send(pack(len(data)) + data)

    def read(self, size: int, what: str) -> bytes:
        """Read so many bytes.

        Args:
            size: how many.
            what: they are, for people; its first word is for the symptom.

        Returns:
            The bytes, all of them.

        Raises:
            Failed: `no-…`, `closed-before-…`, `reset-before-…` or `half-…`.
        """
        data, end = self._receive(size)
        if len(data) == size:
            return data
        key = what.split(" ", 1)[0]
        if data:
            raise Failed(f"half-{key}", f"{len(data)} of {size} bytes of the {what}, then {end}")
        symptom = {"silence": "no", "the end": "closed-before", "a reset": "reset-before"}[end]
        within = f" for {self._limit_s:g} s" if end == "silence" else ""
        raise Failed(f"{symptom}-{key}", f"no {what}: {end}{within}")

    def read_int(self, what: str) -> int:
        """Read an integer.

        Args:
            what: it is.

        Returns:
            The number.
        """
        return unpack(self.read(INT_BYTES, what))

    def read_reply(self) -> str:
        """Read the reply to a secret.

        Returns:
            Its text.

        Raises:
            Failed: if none comes whole.
        """
        size = self.read_int("reply to the secret")
        if not 0 <= size <= _LONGEST_BYTES:
            raise Failed("garbled-reply", f"a reply that says to be {size} bytes long")
        return self.read(size, "reply to the secret").decode(errors="replace") if size else ""

    def ask_oddly(self) -> str:
        """Send a task for a Python that does not exist, and see that something answers.

        Returns:
            What the worker answers, in a few words.

        Raises:
            Failed: if it does not.
        """
        self.send(ODD_TASK)
        head = self.read(INT_BYTES, "answer to a task")
        if unpack(head) == _EXCEPTION:
            text, _ = self._receive(max(0, min(self.read_int("answer to a task"), _LONGEST_BYTES)))
            return f"it refuses a task for Python 0.0: {_kind(text)}"
        data, _ = self._receive(_MOST_ECHOED_BYTES, _REST_S)
        if b"0.0" in data:
            return "it sends back what it was sent"
        return f"it answers {len(head + data)} bytes, which are not Spark's"

    def ends(self) -> bool:
        """Wait for the peer to close.

        Returns:
            Whether it has.
        """
        return self._receive(_LONGEST_BYTES)[1] != "silence"

    def close(self) -> None:
        """Close it."""
        self._sock.close()

    def _receive(self, size: int, within_s: float | None = None) -> tuple[bytes, str]:
        """Read up to so many bytes; say what ended it: silence, the end, or a reset."""
        deadline = time.monotonic() + (self._limit_s if within_s is None else within_s)
        data = b""
        while len(data) < size:
            if not is_readable(self._sock, deadline):
                return data, "silence"
            try:
                more = self._sock.recv(size - len(data))
            except OSError:
                return data, "a reset"
            if not more:
                return data, "the end"
            data += more
        return data, ""


def _kind(text: bytes) -> str:
    """Name the exception of a traceback; its last lines may be more of its message."""
    lines = text.decode(errors="replace").splitlines()
    named = [line.split(":")[0].rsplit(".")[-1] for line in lines if ":" in line]
    return next((one for one in reversed(named) if one.endswith("Error")), "an exception")
