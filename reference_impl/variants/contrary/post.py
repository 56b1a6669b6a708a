"""What goes to and fro on connections, while the clerk waits."""

from __future__ import annotations

import errno
import select
import socket
import struct
from typing import TYPE_CHECKING

from .orders import Trouble

if TYPE_CHECKING:
    import subprocess

    from .clerk import Clerk
    from .daemon import Daemon

    Process = subprocess.Popen[bytes]

_AT_ONCE = struct.pack("ii", 1, 0)


class Worker(socket.socket):
    """A worker: its connection, with what is known of it.

    Attributes:
        pid: what it is called.
        daemon: who forked it, if anybody did.
        process: its own, if it is ours.
    """

    pid = -1
    daemon: Daemon | None = None
    process: Process | None = None

    def slam(self) -> None:
        """Close without a good-bye: the peer's end is reset."""
        self.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.close()


class Post:
    """Reads and writes for one worker.

    Args:
        worker: whose connection it is; it does not block.
        clerk: who waits.
        within_s: how long each piece may take.
    """

    def __init__(self, worker: socket.socket, clerk: Clerk, within_s: float) -> None:
        self._worker = worker
        self._clerk = clerk
        self._within_s = within_s
        self._poll = select.poll()
        self._poll.register(worker, select.POLLIN)

    def take(self, size: int) -> bytes:
        """Take so many bytes.

        Args:
            size: how many.

        Returns:
            The bytes.

        Raises:
            Trouble: they did not come.
        """
        pieces = b""
        while len(pieces) < size:
            if not self._clerk.wait(lambda: self._poll.poll(0), self._within_s):
                raise Trouble("a worker keeps us waiting", "time_out")
            try:
                piece = self._worker.recv(size - len(pieces))
            except OSError as error:
                raise lost(error) from error
            if not piece:
                raise Trouble("a worker has hung up", "end_of_stream")
            pieces += piece
        return pieces

    def take_number(self) -> int:
        """Take four bytes for a number."""
        return int.from_bytes(self.take(4), "big", signed=True)

    def take_pid(self) -> int:
        """Take a number that stands for a process.

        Returns:
            The pid.

        Raises:
            Trouble: it stands for none.
        """
        pid = self.take_number()
        if pid < 0:
            raise Trouble(f"a worker could not be launched: {pid}", "illegal_state")
        return pid

    def take_text(self) -> str:
        """Take a length, and a text of it; an impossible length has none."""
        size = self.take_number()
        return self.take(size).decode("latin-1") if 0 < size < 512 else ""  # noqa: PLR2004

    def put_text(self, text: str) -> None:
        """Send a length and a text at once.

        Args:
            text: to be sent.

        Raises:
            Trouble: nobody takes it.
        """
        try:
            self._worker.sendall(len(text).to_bytes(4, "big") + text.encode())
        except OSError as error:
            raise lost(error) from error


def lost(error: OSError) -> Trouble:
    """Say that a connection is lost."""
    word = errno.errorcode.get(error.errno or 0, "unknown")
    return Trouble(f"the connection is lost ({word})", "socket_error")
