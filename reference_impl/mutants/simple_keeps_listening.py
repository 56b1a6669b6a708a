"""Leaves the socket open on which it waited for a simple worker.

Must fail F-SIMP-06: it must be closed in every case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.simple import SimpleWorkers

if TYPE_CHECKING:
    import socket

    from reference_impl.launch import Launcher
    from reference_impl.settings import Settings

CLAUSE = "F-SIMP-06"


class _SimpleWorkers(SimpleWorkers):
    def __init__(self, settings: Settings, launcher: Launcher) -> None:
        super().__init__(settings, launcher)
        self.kept: list[socket.socket] = []

    def listen(self) -> socket.socket:
        server = super().listen()
        self.kept.append(server.dup())
        return server


class _Factory(PythonWorkerFactory):
    simple_class = _SimpleWorkers


make = Maker(_Factory)
