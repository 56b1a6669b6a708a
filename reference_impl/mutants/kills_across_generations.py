"""Sends the pid of an old daemon's worker to the new daemon.

Must fail F-STOP-06: the pid may be somebody else's by now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.registry import Registration

CLAUSE = "F-STOP-06"


class _Factory(PythonWorkerFactory):
    def request_kill(self, registration: Registration) -> None:
        daemon = self.keeper.current
        if daemon is not None:
            daemon.request_kill(registration.pid)


make = Maker(_Factory)
