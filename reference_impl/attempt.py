"""A create() under way, which stop() can break off."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

from .errors import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable


class Attempt:
    """What one create() is waiting for, seen by stop() from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._interrupt: Callable[[], None] | None = None
        self.is_cancelled = False

    def waits_on(self, interrupt: Callable[[], None]) -> None:
        """Say what to call to end the wait that comes now.

        Args:
            interrupt: ends the wait; may be called from another thread.

        Raises:
            Stopped: stop() was faster.
        """
        with self._lock:
            self._check()
            self._interrupt = interrupt

    def finish(self) -> None:
        """Leave the reach of stop().

        Raises:
            Stopped: stop() was faster.
        """
        with self._lock:
            self._check()
            self._interrupt = None

    def cancel(self) -> None:
        """End the wait; the waiting create() raises Stopped."""
        with self._lock:
            self.is_cancelled = True
            interrupt, self._interrupt = self._interrupt, None
        if interrupt is not None:
            interrupt()

    def _check(self) -> None:
        if self.is_cancelled:
            raise Stopped


def break_connection(sock: socket.socket) -> None:
    """Wake whoever reads from this socket; safe beside a close on another thread."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
