"""Stops without heeding a create() that is starting a daemon.

Must fail F-CONC-04: that daemon is nobody's when the next create() starts another.
"""

from __future__ import annotations

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "F-CONC-04"


class _Factory(PythonWorkerFactory):
    def stop(self) -> None:
        self.stop_daemon()


make = Maker(_Factory)
