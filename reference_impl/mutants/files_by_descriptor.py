"""Finds a worker's pid by the number of its descriptor, also when it stops it again.

Must fail F-STOP-01: the number may be that of a later worker's connection by then, and
the kill request names that one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.attempt import Attempt
    from reference_impl.process import DaemonProcess
    from reference_impl.registry import Registration
    from reference_impl.settings import Settings

CLAUSE = "F-STOP-01"
MACHINE = "lifecycle"
STORY = 4


class _Factory(PythonWorkerFactory):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.numbers: WeakKeyDictionary[socket.socket, int] = WeakKeyDictionary()
        self.files: dict[int, Registration] = {}

    def open_worker(self, process: DaemonProcess, attempt: Attempt) -> tuple[socket.socket, int]:
        sock, pid = super().open_worker(process, attempt)
        registration = self.registry.get(sock)
        if registration is not None:
            self.numbers[sock] = sock.fileno()
            self.files[sock.fileno()] = registration
        return sock, pid

    def stop_worker(self, sock: socket.socket) -> None:
        if self.registry.get(sock) is None and sock in self.numbers:
            self.request_kill(self.files[self.numbers[sock]])
        super().stop_worker(sock)


make = Maker(_Factory)
