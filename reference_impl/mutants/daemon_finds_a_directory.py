"""A daemon that chooses a directory for its socket if it was given none.

Must fail D-38: it must fail to start.
"""

from __future__ import annotations

import os
import tempfile

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-38"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Daemon(Daemon):
    def __init__(self, worker_module: str) -> None:
        elsewhere = tempfile.gettempdir()
        os.environ.setdefault("PYTHON_WORKER_FACTORY_SOCK_DIR", elsewhere)
        super().__init__(worker_module)


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_finds_a_directory")

if __name__ == "__main__":
    run(_Daemon)
