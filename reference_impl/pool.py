"""The idle workers: first released, first reused; closed when nobody has come for long.

A thread watches the clock while there are idle workers. It ends at stop(), or when it
has found the pool empty for a whole time-out; the next release starts another.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

#: How long stop() waits for the watching thread, which needs no time at all.
_FAREWELL_S = 1.0


class IdlePool:
    """The queue of idle workers. Every method is one step for all threads.

    Args:
        timeout_s: how long workers are kept after the last release, in seconds.
        close: called with each worker whose time is over.
        name: of the watching thread.
    """

    _last_release: float

    def __init__(self, timeout_s: float, close: Callable[[socket.socket], None], name: str) -> None:
        self._timeout_s = timeout_s
        self._close = close
        self._name = name
        self._changed = threading.Condition()
        self._idle: OrderedDict[socket.socket, None] = OrderedDict()
        self._monitor: threading.Thread | None = None

    def add(self, sock: socket.socket, most: int | None) -> list[socket.socket]:
        """Put a released worker at the end; one that is idle already stays where it is.

        Args:
            sock: the worker.
            most: how many may be idle; nothing: no limit.

        Returns:
            The workers that had to go, oldest first.
        """
        with self._changed:
            evicted: list[socket.socket] = []
            if sock not in self._idle:
                while most is not None and len(self._idle) >= most:
                    evicted.append(self._idle.popitem(last=False)[0])
                self._idle[sock] = None
            self._last_release = time.monotonic()
            self._ensure_monitor()
        return evicted

    def take(self) -> socket.socket | None:
        """The worker that has been idle for longest, if there is one."""
        with self._changed:
            return self._idle.popitem(last=False)[0] if self._idle else None

    def remove(self, sock: socket.socket) -> None:
        """Take out this worker if it is idle."""
        with self._changed:
            self._idle.pop(sock, None)

    def clear(self) -> list[socket.socket]:
        """Take out all workers."""
        with self._changed:
            everyone = list(self._idle)
            self._idle.clear()
        return everyone

    def members(self) -> list[socket.socket]:
        """The idle workers, the next to be handed out first."""
        with self._changed:
            return list(self._idle)

    def end_monitor(self) -> None:
        """End the watching thread."""
        with self._changed:
            monitor, self._monitor = self._monitor, None
            self._changed.notify_all()
        if monitor is not None:
            monitor.join(_FAREWELL_S)

    def _ensure_monitor(self) -> None:
        if self._monitor is None:
            self._monitor = threading.Thread(target=self._watch, name=self._name, daemon=True)
            self._monitor.start()

    def _watch(self) -> None:
        """Close everyone whenever the time since the last release is over."""
        while self._is_on_watch():
            for sock in self.overdue():
                self._close(sock)

    def _is_on_watch(self) -> bool:
        """Sleep until something may be overdue.

        An empty pool need not wake this thread: a worker released while it sleeps is
        not due before the sleep is over.
        """
        with self._changed:
            if self._monitor is threading.current_thread():
                self._changed.wait(self.left_s())
            if self._monitor is not threading.current_thread():
                return False
            if not self._idle and self.left_s() <= 0:
                self._monitor = None
                return False
            return True

    def left_s(self) -> float:
        """Seconds until the idle workers are closed."""
        return self._last_release + self._timeout_s - time.monotonic()

    def overdue(self) -> list[socket.socket]:
        """Take out all workers if their time is over."""
        with self._changed:
            if self.left_s() > 0:
                return []
            everyone = list(self._idle)
            self._idle.clear()
            return everyone
