"""Leaves the thread that watches idle workers running.

Must fail F-STOP-11: stop() should end it; each factory costs a thread for ever.
"""

from __future__ import annotations

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.pool import IdlePool

CLAUSE = "F-STOP-11"


class _Pool(IdlePool):
    def end_monitor(self) -> None:
        """Let it watch."""


class _Factory(PythonWorkerFactory):
    pool_class = _Pool


make = Maker(_Factory)
