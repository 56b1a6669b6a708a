"""Lets stop() fail when a create() under way is not in a wait that can be broken off.

Must fail F-STOP-08: it may be waiting for the end of the daemon before.
"""

from __future__ import annotations

from reference_impl.attempt import Attempt
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "F-STOP-08"


class _Attempt(Attempt):
    def cancel(self) -> None:
        if self._interrupt is None:
            raise RuntimeError("there is nothing to break off")
        super().cancel()


class _Factory(PythonWorkerFactory):
    attempt_class = _Attempt


make = Maker(_Factory)
