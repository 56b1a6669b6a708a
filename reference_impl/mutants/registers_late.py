"""Registers a worker only when it is released.

Must fail F-CONN-12: a worker must be registered before create() returns it.

Also fails F-STOP-01, F-STOP-02, F-STOP-04 and F-STOP-06.
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

CLAUSE = "F-CONN-12"
ALSO = ("F-STOP-01", "F-STOP-02", "F-STOP-04", "F-STOP-06")


class _Factory(PythonWorkerFactory):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.later: WeakKeyDictionary[socket.socket, Registration] = WeakKeyDictionary()

    def open_worker(self, process: DaemonProcess, attempt: Attempt) -> tuple[socket.socket, int]:
        sock, pid = super().open_worker(process, attempt)
        registration = self.registry.pop(sock)
        if registration is not None:
            self.later[sock] = registration
        return sock, pid

    def release_worker(self, sock: socket.socket) -> None:
        if sock in self.later:
            self.registry.add(sock, self.later.pop(sock))
        super().release_worker(sock)


make = Maker(_Factory)
