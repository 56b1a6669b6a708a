"""Leaves the connection of a stopped worker open.

Must fail F-STOP-01: after the kill request the connection must be closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.settings import Settings

CLAUSE = "F-STOP-01"


class _Factory(PythonWorkerFactory):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.kept: list[socket.socket] = []

    def stop_worker(self, sock: socket.socket) -> None:
        registration, daemon = self.registry.get(sock), self.keeper.current
        if registration is not None and daemon is not None:
            is_own = registration.generation == daemon.generation
            if is_own and not daemon.child.ended.is_set():
                self.kept.append(sock.dup())
        super().stop_worker(sock)


make = Maker(_Factory)
