"""Waits in stop() for a create() that is stalled.

Must fail F-STOP-12: stop() should end it.
"""

from __future__ import annotations

from reference_impl.attempt import Attempt
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "F-STOP-12"


class _Attempt(Attempt):
    def cancel(self) -> None:
        """Let it take its time."""


class _Factory(PythonWorkerFactory):
    attempt_class = _Attempt


make = Maker(_Factory)
