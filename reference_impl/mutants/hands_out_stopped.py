"""Pools a stopped worker that is released, and hands it out.

Must fail F-POOL-13: nobody can use a worker that was stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.registry import Registration

CLAUSE = "F-POOL-13"


class _Factory(PythonWorkerFactory):
    def stop_worker(self, sock: socket.socket) -> None:
        registration = self.registry.get(sock)
        super().stop_worker(sock)
        if registration is not None:
            self.registry.add(sock, registration)

    def release_worker(self, sock: socket.socket) -> None:
        if self.settings.use_daemon:
            self.pool_worker(sock)
        else:
            super().release_worker(sock)

    def is_usable(self, sock: socket.socket, registration: Registration) -> bool:
        return sock.fileno() < 0 or super().is_usable(sock, registration)

    def hand_out(self, sock: socket.socket) -> None:
        if sock.fileno() >= 0:
            super().hand_out(sock)


make = Maker(_Factory)
