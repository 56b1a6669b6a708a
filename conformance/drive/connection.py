"""The suite at one end of a connection to a daemon's worker, byte by byte."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable

from conformance.contract.limits import MUST_HAPPEN_S
from conformance.contract.wire import INT_BYTES, decode_int, encode_text
from conformance.drive.clock import Deadline, wait_until_readable
from conformance.errors import Unobservable

#: Form of Spark's own secret: 256 bits as hexadecimal digits.
SECRET = "5ec2e7" * 10 + "beef"
#: More than any worker has to say in one of our scenarios.
_PLENTY_BYTES = 65536
#: SO_LINGER switched on, with no time to linger: close becomes a reset.
_AT_ONCE = struct.pack("ii", 1, 0)


#: Takes down what the suite does in the factory's place, or gets: what, whether `to` the other
#: or `from` it, and the other's pid; 0 if it is not known.
Note = Callable[[str, str, int], None]


def untold(_what: str, _way: str, _pid: int) -> None:
    """Take nothing down.

    Args:
        _what: ignored, as the others.
        _way: likewise.
        _pid: likewise.
    """


class Connection:
    """One connection to a daemon: what the factory would make for one worker.

    Args:
        where: port of the daemon, or path of its Unix domain socket.
        host: address to connect to, with a port.
        note: takes down what is done.

    Attributes:
        pid: of its worker, as acknowledged; 0 until it was read.
    """

    def __init__(self, where: int | str, host: str = "127.0.0.1", note: Note = untold) -> None:
        self.pid = 0
        self._note = note
        if isinstance(where, str):
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(MUST_HAPPEN_S)
            self._socket.connect(where)
        else:
            self._socket = socket.create_connection((host, where), timeout=MUST_HAPPEN_S)

    def receive(self, size: int, within_s: float = MUST_HAPPEN_S) -> bytes:
        """Read exactly so many bytes, fewer if the connection or the time ends.

        Args:
            size: how many bytes.
            within_s: limit in seconds.

        Returns:
            What came.
        """
        deadline = Deadline(within_s)
        data = b""
        while len(data) < size and self._is_readable(deadline):
            try:
                more = self._socket.recv(size - len(data))
            except ConnectionResetError:
                break
            if not more:
                break
            data += more
        self._note(f"{len(data)} bytes", "from", self.pid)
        return data

    def receive_rest(self, within_s: float = MUST_HAPPEN_S) -> bytes:
        """Read until the connection or the time ends.

        Args:
            within_s: limit in seconds.

        Returns:
            What came.
        """
        return self.receive(_PLENTY_BYTES, within_s)

    def send(self, data: bytes) -> None:
        """Write bytes; a peer that is gone is no error here.

        Args:
            data: the bytes.
        """
        self._note(f"{len(data)} bytes", "to", self.pid)
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return

    def read_pid(self, within_s: float = MUST_HAPPEN_S) -> int | None:
        """Read the acknowledgement.

        Args:
            within_s: limit in seconds.

        Returns:
            The pid, or None if it did not come whole.
        """
        data = self.receive(INT_BYTES, within_s)
        if len(data) < INT_BYTES:
            return None
        self.pid = decode_int(data)
        told = f"pid {self.pid}" if self.pid > 0 else f"{self.pid}: a refusal"
        self._note(told, "from", self.pid)
        return self.pid

    def authenticate(self, secret: str = SECRET) -> bytes:
        """Send the secret and read the reply.

        Args:
            secret: what to send.

        Returns:
            The reply's text, empty if none came.
        """
        self.send(encode_text(secret))
        return self.receive_text()

    def receive_text(self, within_s: float = MUST_HAPPEN_S) -> bytes:
        """Read a length and so many bytes.

        Args:
            within_s: limit in seconds, for each of the two.

        Returns:
            The bytes; empty if the length did not come whole.
        """
        length = self.receive(INT_BYTES, within_s)
        return self.receive(decode_int(length), within_s) if len(length) == INT_BYTES else b""

    def handshake(self, secret: str = SECRET) -> int | None:
        """Read the pid and authenticate.

        Args:
            secret: what to send.

        Returns:
            The pid if the worker answered `ok`, else None.
        """
        pid = self.read_pid()
        return pid if pid is not None and self.authenticate(secret) == b"ok" else None

    def task(self, order: str, within_s: float = MUST_HAPPEN_S) -> str | None:
        """Let the probe worker do something (its module lists the orders).

        A worker that takes no worker module of ours may echo instead: its pid, then what it
        was sent. That answers `pid` and `echo`, and no other order.

        Args:
            order: what to do.
            within_s: limit in seconds.

        Returns:
            Its answer, or None if none came.

        Raises:
            Unobservable: if the worker echoes, and the order asks for more.
        """
        self._note(f"task: {order}", "to", self.pid)
        self.send(encode_text(order))
        head = self.receive(INT_BYTES, within_s)
        if len(head) < INT_BYTES:
            return None
        size = decode_int(head)
        begin = self.receive(min(size, INT_BYTES), within_s)
        # No answer of the probe begins with a zero byte, as every length does.
        if size == self.pid and begin == encode_text(order)[:INT_BYTES]:
            return self._echoed(order, within_s)
        answer = begin + self.receive(size - len(begin), within_s)
        return answer.decode() if answer else None

    def _echoed(self, order: str, within_s: float) -> str | None:
        said = self.receive(len(order.encode()), within_s).decode()
        if said == "pid":
            return str(self.pid)
        if order.startswith("echo "):
            return said.removeprefix("echo ")
        raise Unobservable("its workers echo what they are sent: they take no orders of ours")

    def how_it_ends(self, within_s: float = MUST_HAPPEN_S) -> str:
        """Wait for the peer's close.

        Args:
            within_s: limit in seconds.

        Returns:
            `eof`, `reset`, `data` if bytes came instead, or `open` after the limit.
        """
        how = self._end_within(within_s)
        self._note(f"ends: {how}", "from", self.pid)
        return how

    def _end_within(self, within_s: float) -> str:
        if not self._is_readable(Deadline(within_s)):
            return "open"
        try:
            return "data" if self._socket.recv(1) else "eof"
        except ConnectionResetError:
            return "reset"

    def finish_sending(self) -> None:
        """Close our half: the peer sees the end of the stream, and we still hear it."""
        self._note("closes its half", "to", self.pid)
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:  # the peer has reset the connection
            return

    def reset(self) -> None:
        """Close our end by a reset."""
        self._note("closes (reset)", "to", self.pid)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self._socket.close()

    def close(self) -> None:
        """Close our end."""
        if self._socket.fileno() >= 0:
            self._note("closes", "to", self.pid)
        self._socket.close()

    def _is_readable(self, deadline: Deadline) -> bool:
        return wait_until_readable(self._socket, deadline.left_s)
