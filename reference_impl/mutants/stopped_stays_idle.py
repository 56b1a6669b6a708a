"""Leaves a worker in the pool that is stopped while idle.

Must fail F-POOL-14: create() would hand out its closed connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.registry import Registration

CLAUSE = "F-POOL-14"


class _Factory(PythonWorkerFactory):
    def stop_worker(self, sock: socket.socket) -> None:
        registration = self.registry.get(sock)
        is_idle = sock in self.pool.members()
        super().stop_worker(sock)
        if registration is not None and is_idle:
            self.registry.add(sock, registration)
            self.pool_worker(sock)

    def is_usable(self, sock: socket.socket, registration: Registration) -> bool:
        return sock.fileno() < 0 or super().is_usable(sock, registration)

    def hand_out(self, sock: socket.socket) -> None:
        if sock.fileno() >= 0:
            super().hand_out(sock)


make = Maker(_Factory)
