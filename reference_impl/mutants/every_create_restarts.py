"""Restarts the daemon for every create() that has seen it die.

Must fail F-CONC-03: concurrent calls must cause one restart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.attempt import Attempt
    from reference_impl.settings import Settings

CLAUSE = "F-CONC-03"


class _Factory(PythonWorkerFactory):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.owed = 0

    def create_through_daemon(self) -> tuple[socket.socket, int]:
        daemon = self.keeper.current
        if daemon is not None and daemon.child.ended.is_set():
            self.owed += 1
        return super().create_through_daemon()

    def open_or_restart(self, attempt: Attempt) -> tuple[socket.socket, int]:
        daemon = self.keeper.current
        if self.owed and daemon is not None and not daemon.child.ended.is_set():
            self.owed -= 1
            self.stop_daemon()
        return super().open_or_restart(attempt)


make = Maker(_Factory)
