"""One end of a connection: sees at once when the peer goes, and echoes frames."""

from __future__ import annotations

import os
from _socket import MSG_DONTWAIT, MSG_PEEK
from select import POLLOUT

from fake_daemons.kernel import TYPE_CHECKING
from fake_daemons.mischief import Actions, hang, step
from fake_daemons.process import Process
from fake_daemons.wire import INT_BYTES, pack, unpack

if TYPE_CHECKING:
    from fake_daemons.faults import Fault
    from fake_daemons.kernel import Socket

_LOOK_BYTES = 65536


class PeerClosedError(Exception):
    """The peer has closed the connection."""


class Serving(Process):
    """A process that serves one connection to its end.

    Attributes:
        drained_bytes: how much was read and thrown away.
    """

    drained_bytes = 0
    _how = "eof"
    _ignores_close = False

    def link(self) -> Socket:
        """Give the connection in hand; without one there is nothing left to live for.

        Returns:
            The connection.
        """
        if self.connection is None:
            self.end(0)
        assert self.connection is not None  # noqa: S101 - for the type checkers alone
        return self.connection

    def receive(self, size: int) -> bytes:
        """Read exactly so many bytes.

        Args:
            size: how many.

        Returns:
            The bytes.

        Raises:
            PeerClosedError: if the peer closes before.
        """
        parts: list[bytes] = []
        while size > 0:
            self.wait(self.link().fileno())
            part = self._look(min(size, _LOOK_BYTES), MSG_DONTWAIT)
            if not part:
                raise PeerClosedError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def peek(self) -> int:
        """Look how many bytes the peer has sent that were not read.

        Returns:
            Their number, up to 65536.
        """
        try:
            return len(self._look(_LOOK_BYTES, MSG_DONTWAIT | MSG_PEEK))
        except BlockingIOError:
            return 0

    def _look(self, size: int, flags: int) -> bytes:
        """Receive; a reset is kept in mind, for the kernel tells of it only once."""
        try:
            return self.link().recv(size, flags)
        except ConnectionError:
            self._how = "reset"
            return b""

    def send(self, raw: bytes) -> None:
        """Write bytes.

        Args:
            raw: the bytes.

        Raises:
            PeerClosedError: if the peer has reset the connection.
        """
        try:
            left = memoryview(raw)
            while left:
                self.wait(self.link().fileno(), to=POLLOUT)
                left = left[self.link().send(left, MSG_DONTWAIT) :]
        except ConnectionError:
            self._how = "reset"
            raise PeerClosedError from None

    def drain(self) -> None:
        """Read and throw away until the peer closes."""
        while True:
            self.receive(1)
            self.drained_bytes += 1

    def leave(self) -> None:
        """Tell that the peer has closed, and end; who ignores it does not leave."""
        self.scene.read_plan()
        self.report("closed", n=self.n, how=self._how)
        if self._ignores_close:
            hang(self)
        step(self, "leave")
        self.end(0)

    def serve(self) -> None:
        """Echo frames until the peer closes."""
        self.report("serving", n=self.n)
        actions: Actions = {"die": self._die, "stray": self._stray, "ignore_close": self._ignore}
        while True:
            step(self, "serve", actions=actions)
            size = unpack(self.receive(INT_BYTES))
            if size < 0:
                self.end(1)
            body = self.receive(size)
            self.scene.read_plan()
            self.report("exchange", n=self.n, bytes=size)
            self.send(pack(os.getpid()) + pack(size) + body)

    def _die(self, _fault: Fault) -> None:
        self.end(0)

    def _stray(self, _fault: Fault) -> None:
        self.send(b"?")

    def _ignore(self, _fault: Fault) -> None:
        self._ignores_close = True

    def acknowledge(self, value: int) -> None:
        """Send a pid, whatever it is.

        Args:
            value: to send.
        """
        raw = pack(value)
        self.report("acknowledge", n=self.n, value=value, bytes=raw.hex())
        self.send(raw)
