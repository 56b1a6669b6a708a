"""Fails to stop a worker when the daemon is dead.

Must fail F-STOP-05: it should close the connection and not fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import SocketFailure
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.registry import Registration

CLAUSE = "F-STOP-05"


class _Factory(PythonWorkerFactory):
    def request_kill(self, registration: Registration) -> None:
        daemon = self.keeper.current
        if daemon is None or daemon.generation != registration.generation:
            return
        if not daemon.request_kill(registration.pid):
            raise SocketFailure("Broken pipe")


make = Maker(_Factory)
