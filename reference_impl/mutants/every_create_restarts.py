"""Restarts the daemon for every create() that has lost it, whoever was faster.

Must fail F-CONC-03: concurrent calls must cause one restart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.attempt import Attempt
from reference_impl.errors import SocketFailure
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "F-CONC-03"


class _Factory(PythonWorkerFactory):
    def create_through_daemon(self) -> tuple[socket.socket, int]:
        daemon = self.keeper.current
        if daemon is None:
            return super().create_through_daemon()
        attempt = Attempt()
        try:
            return self.open_worker(daemon, attempt)
        except SocketFailure as error:
            self.warn_of_restart(error)
        with self._creating:
            self.stop_daemon()
            return self.open_worker(self.keeper.start(self.secret, attempt), attempt)


make = Maker(_Factory)
