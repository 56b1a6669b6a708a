"""Terminates no simple worker in stop().

Must fail F-SIMP-09: stop() must end all of them.
"""

from __future__ import annotations

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.simple import SimpleWorkers

CLAUSE = "F-SIMP-09"


class _SimpleWorkers(SimpleWorkers):
    def stop(self) -> None:
        """Let them live."""


class _Factory(PythonWorkerFactory):
    simple_class = _SimpleWorkers


make = Maker(_Factory)
