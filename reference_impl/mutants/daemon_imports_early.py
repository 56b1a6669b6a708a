"""A daemon that imports the worker module before it forks.

Must fail D-36: what the module starts would be lost in the fork (SPARK-54456).
"""

from __future__ import annotations

from importlib import import_module

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-36"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Daemon(Daemon):
    def __init__(self, worker_module: str) -> None:
        import_module(worker_module)
        super().__init__(worker_module)


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_imports_early")

if __name__ == "__main__":
    run(_Daemon)
