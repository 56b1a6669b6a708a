"""One connection to a daemon's worker, byte by byte, in the factory's place."""

from __future__ import annotations

import select
import socket
import struct
import time

from conformance.contract.wire import INT_BYTES, decode_int, encode_text
from conformance.machines.repro_player.world import MUST_HAPPEN_S

_LOOPBACK = "127.0.0.1"
#: More than any worker has to say here.
_PLENTY_BYTES = 65536
#: SO_LINGER switched on, with no time to linger: close becomes a reset.
_AT_ONCE = struct.pack("ii", 1, 0)
#: The order to the probe that has it tell who it is.
_WHO = "pid"


class Line:
    """One connection to a daemon.

    Args:
        port: of the daemon.

    Attributes:
        pid: of its worker, as it was told; 0 until it was read.
    """

    def __init__(self, port: int) -> None:
        self.pid = 0
        self._socket = socket.create_connection((_LOOPBACK, port), timeout=MUST_HAPPEN_S)

    def receive(self, size: int, within_s: float = MUST_HAPPEN_S) -> bytes:
        """Read exactly so many bytes, fewer if the connection or the time ends.

        Args:
            size: how many bytes.
            within_s: limit in seconds.

        Returns:
            What came.
        """
        deadline = time.monotonic() + within_s
        data = b""
        while len(data) < size and is_readable(self._socket.fileno(), deadline):
            try:
                more = self._socket.recv(size - len(data))
            except ConnectionResetError:
                break
            if not more:
                break
            data += more
        return data

    def receive_rest(self) -> bytes:
        """Read until the connection or the time ends.

        Returns:
            What came.
        """
        return self.receive(_PLENTY_BYTES)

    def send(self, data: bytes) -> None:
        """Write bytes; a peer that is gone is no error here.

        Args:
            data: the bytes.
        """
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return

    def read_pid(self) -> int | None:
        """Read the pid that the daemon or its worker tells.

        Returns:
            The pid, or None if it did not come whole.
        """
        data = self.receive(INT_BYTES)
        if len(data) < INT_BYTES:
            return None
        self.pid = decode_int(data)
        return self.pid

    def receive_text(self) -> bytes:
        """Read a length and so many bytes.

        Returns:
            The bytes; empty if the length did not come whole.
        """
        length = self.receive(INT_BYTES)
        return self.receive(decode_int(length)) if len(length) == INT_BYTES else b""

    def ask_who(self) -> str | None:
        """Give the worker a task: tell your pid.

        A worker that takes no worker module of ours may echo instead: its pid, then what it
        was sent.

        Returns:
            Its answer, or None if none came.
        """
        self.send(encode_text(_WHO))
        head = self.receive(INT_BYTES)
        if len(head) < INT_BYTES:
            return None
        size = decode_int(head)
        begin = self.receive(min(size, INT_BYTES))
        if size == self.pid and begin == encode_text(_WHO)[:INT_BYTES]:
            said = self.receive(len(_WHO)).decode(errors="replace")
            return f"{self.pid}" if said == _WHO else said
        answer = begin + self.receive(size - len(begin))
        return answer.decode(errors="replace") or None

    def how_it_ends(self, within_s: float = MUST_HAPPEN_S) -> str:
        """Wait for the peer's close.

        Args:
            within_s: limit in seconds.

        Returns:
            `eof`, `reset`, `data` if bytes came instead, or `open` after the limit.
        """
        if not is_readable(self._socket.fileno(), time.monotonic() + within_s):
            return "open"
        try:
            return "data" if self._socket.recv(1) else "eof"
        except ConnectionResetError:
            return "reset"

    def reset(self) -> None:
        """Close our end by a reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self._socket.close()

    def close(self) -> None:
        """Close our end."""
        self._socket.close()


def is_readable(fd: int, deadline: float) -> bool:
    """Wait until there is something to read, an end included.

    Args:
        fd: a descriptor.
        deadline: as `time.monotonic` has it.

    Returns:
        Whether there is something.
    """
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))
