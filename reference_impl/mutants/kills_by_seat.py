"""Finds a worker's pid by its number, and counts those too that were refused.

Must fail F-STOP-01: after one failed handshake the kill request of every later worker
has the pid of the worker before it.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from reference_impl.connection import Connection, socket_failures
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.registry import Registration

if TYPE_CHECKING:
    import socket

    from reference_impl.attempt import Attempt
    from reference_impl.process import DaemonProcess
    from reference_impl.settings import Settings

CLAUSE = "F-STOP-01"
MACHINE = "faults"
STORY = 3


class _Factory(PythonWorkerFactory):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.pids: list[int] = []
        self.numbers = count()
        self.seats: WeakKeyDictionary[socket.socket, int] = WeakKeyDictionary()

    def shake_hands(self, sock: socket.socket, process: DaemonProcess) -> Registration:
        limit_s = self.settings.handshake_timeout_s
        with socket_failures():
            sock.settimeout(limit_s)
            sock.connect((self._loopback(), process.port))
        connection = Connection(sock, limit_s)
        handshake = self.handshake_class(connection, self.secret, self.settings.profile)
        pid = handshake.read_pid()
        handshake.check_pid(pid)
        self.pids.append(pid)
        handshake.prove_secret()
        return Registration(pid, process.generation, handshake.was_running)

    def open_worker(self, process: DaemonProcess, attempt: Attempt) -> tuple[socket.socket, int]:
        sock, pid = super().open_worker(process, attempt)
        self.seats[sock] = next(self.numbers)
        return sock, pid

    def stop_worker(self, sock: socket.socket) -> None:
        registration = self.registry.get(sock)
        if registration is not None:
            pid = self.pids[self.seats[sock]]
            self.registry.add(sock, registration._replace(pid=pid))
        super().stop_worker(sock)


make = Maker(_Factory)
