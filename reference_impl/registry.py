"""Which worker has which pid.

The keys are weak: whoever drops a worker's socket closes it, and its entry goes with it
(F-STOP-13).
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    import socket
    from collections.abc import MutableMapping


class Registration(NamedTuple):
    """What is known about a worker.

    Attributes:
        pid: what it acknowledged with.
        generation: number of the daemon that forked it.
        was_running: whether there was such a process when it was registered. Only then
            can its absence mean that the worker has died.
    """

    pid: int
    generation: int
    was_running: bool


class Registry:
    """Workers whose handshake was complete."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries = self.new_entries()

    def new_entries(self) -> MutableMapping[socket.socket, Registration]:
        """Where the entries are kept."""
        return WeakKeyDictionary()

    def add(self, sock: socket.socket, registration: Registration) -> None:
        """Register a worker."""
        with self._lock:
            self._entries[sock] = registration

    def get(self, sock: socket.socket) -> Registration | None:
        """What is known about this worker, if anything."""
        with self._lock:
            return self._entries.get(sock)

    def pop(self, sock: socket.socket) -> Registration | None:
        """What is known about this worker, which then is forgotten."""
        with self._lock:
            return self._entries.pop(sock, None)

    def pids(self) -> list[int]:
        """Pids of all registered workers."""
        with self._lock:
            return [entry.pid for entry in self._entries.values()]
