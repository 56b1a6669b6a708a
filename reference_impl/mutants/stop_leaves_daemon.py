"""Forgets the daemon without ending it.

Must fail F-STOP-07: stop() must end the daemon, by SIGTERM and by hanging up.

Also fails F-STOP-08, F-STOP-11 and F-CONC-04.
"""

from __future__ import annotations

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "F-STOP-07"
ALSO = ("F-STOP-08", "F-STOP-11", "F-CONC-04")


class _Factory(PythonWorkerFactory):
    def stop(self) -> None:
        self.keeper.current = None
        super().stop()


make = Maker(_Factory)
