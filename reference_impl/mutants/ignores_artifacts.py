"""Runs the daemon where the factory runs.

Must fail F-START-08: it must run in the session's artifact directory.
"""

from __future__ import annotations

from reference_impl.factory import PythonWorkerFactory
from reference_impl.launch import Launcher
from reference_impl.making import Maker

CLAUSE = "F-START-08"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Launcher(Launcher):
    def directory(self) -> str | None:
        return None


class _Factory(PythonWorkerFactory):
    launcher_class = _Launcher


make = Maker(_Factory)
