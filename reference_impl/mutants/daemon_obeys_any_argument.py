"""A daemon that takes any argument for its worker module.

Must fail D-35: only names that begin with `pyspark` are meant for it (SPARK-48705).
"""

from __future__ import annotations

import sys

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-35"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Daemon(Daemon):
    def __init__(self, worker_module: str) -> None:
        super().__init__(sys.argv[1] if len(sys.argv) > 1 else worker_module)


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_obeys_any_argument")

if __name__ == "__main__":
    run(_Daemon)
