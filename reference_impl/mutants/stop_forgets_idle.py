"""Ends the daemon, but does not close the idle workers.

Must fail F-STOP-07: those whose daemon was killed before live on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.settings import Settings

CLAUSE = "F-STOP-07"


class _Factory(PythonWorkerFactory):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.kept: list[socket.socket] = []

    def stop(self) -> None:
        self.kept += [sock.dup() for sock in self.pool.members()]
        super().stop()


make = Maker(_Factory)
