"""Sends no kill request while a create() is talking to the daemon.

Must fail F-STOP-01: stopWorker must send one, whatever other callers do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.registry import Registration

CLAUSE = "F-STOP-01"
MACHINE = "races"
STORY = 3


class _Factory(PythonWorkerFactory):
    def request_kill(self, registration: Registration) -> None:
        if self.attempt is None:  # else the daemon is busy; the worker sees its peer close
            super().request_kill(registration)


make = Maker(_Factory)
