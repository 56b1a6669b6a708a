"""A daemon's process."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from .orders import Trouble

if TYPE_CHECKING:
    from .clerk import Clerk
    from .orders import Orders

#: How long a daemon may take to end before it is killed.
_PATIENCE_S = 3.0

_PIECE = 1 << 14


class Daemon:
    """A daemon.

    Args:
        orders: of the factory.
        secret: of the factory.
        clerk: who waits for it.

    Attributes:
        port: where it listens.
        pid: of its process.
    """

    def __init__(self, orders: Orders, secret: str, clerk: Clerk) -> None:
        self.port = 0
        self._orders = orders
        self._clerk = clerk
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(
                orders.command,
                bufsize=0,
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                env=orders.environment(secret),
                cwd=orders.directory(),
            )
        except OSError as error:
            raise Trouble(f"{orders.command[0]}: {error.strerror}", "start_failed") from error
        self.pid = self._process.pid
        self._first = b""
        self._grumbling = b""
        self._open = {"out", "err"}
        for name, stream in (("out", self._process.stdout), ("err", self._process.stderr)):
            listen = threading.Thread(target=self._listen, args=(name, stream), daemon=True)
            listen.start()

    def begin(self) -> None:
        """Wait until it says where it listens.

        Raises:
            Trouble: it does not.
        """
        limit_s = self._orders.limit_s("port_timeout_s")
        if not self._clerk.wait(self._has_spoken, limit_s):
            raise Trouble(f"{self._orders.command[2]} says nothing", "time_out")
        number = int.from_bytes(self._first, "big", signed=True)
        if len(self._first) < 4:  # noqa: PLR2004 - bytes of a number
            raise self._explained("is silent for good", "start_failed")
        if not 1 <= number <= 65535:  # noqa: PLR2004 - the last port
            said = f"says {number}, or 0x{number % (1 << 32):08x}, which is no port"
            raise self._explained(said, "invalid_port")
        self.port = number

    def has_ended(self) -> bool:
        """Whether it has."""
        return self._process.poll() is not None

    def ask_to_kill(self, pid: int) -> None:
        """Ask it to kill a worker, if it still listens."""
        if self._process.stdin is not None:
            with suppress(OSError, ValueError):
                self._process.stdin.write(pid.to_bytes(4, "big", signed=True))

    def end(self) -> None:
        """Have it end, and stay until it has."""
        self._process.terminate()
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _has_spoken(self) -> bool:
        return len(self._first) >= 4 or "out" not in self._open  # noqa: PLR2004

    def _explained(self, what: str, counts_as: str) -> Trouble:
        command = " ".join(self._orders.command)
        text = f"{self._orders.command[2]} {what} ({command}; PYTHONPATH {self._orders.path})"
        limit_s = self._orders.limit_s("process_wait_timeout_s")
        if self._clerk.wait(self.has_ended, limit_s):
            self._clerk.wait(lambda: "err" not in self._open, 1.0)
            grumbling = self._grumbling.decode(errors="replace")
            text += f" - it left with {self._process.returncode}: {grumbling}"
        return Trouble(text, counts_as)

    def _listen(self, name: str, stream: IO[bytes] | None) -> None:
        if stream is None:
            return
        with stream:
            while piece := stream.read(_PIECE):
                if name == "err":
                    self._grumbling = (self._grumbling + piece)[-_PIECE:]
                else:
                    missing = 4 - len(self._first)
                    self._first, piece = self._first + piece[:missing], piece[missing:]
                with suppress(OSError, ValueError):
                    sys.stderr.write(piece.decode(errors="backslashreplace"))
        self._open.discard(name)
