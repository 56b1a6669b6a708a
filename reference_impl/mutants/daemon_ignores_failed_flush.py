"""A daemon whose workers go on when their output cannot be delivered.

Must fail D-40: with the switch set such a worker must end (SPARK-54344).
"""

from __future__ import annotations

import io
import os
from importlib import import_module

from reference_impl import serving
from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-40"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Worker(ForkedWorker):
    def serve(self) -> int:
        if not os.environ.pop(serving.STRICT_FLUSH_VARIABLE, None):
            return super().serve()
        task = import_module(self.worker_module).main
        infile: io.BufferedReader = io.BufferedReader(serving.own_file(self.sock, "rb"))
        while infile.peek(1):
            raw = serving.own_file(self.sock, "wb")
            outfile: io.BufferedWriter = io.BufferedWriter(raw)
            serving.run_task(task, infile, outfile)
        return 0


class _Daemon(Daemon):
    worker_class = _Worker


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_ignores_failed_flush")

if __name__ == "__main__":
    run(_Daemon)
