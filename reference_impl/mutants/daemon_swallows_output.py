"""A daemon whose workers' output goes nowhere.

Must fail D-41: it must go to the daemon's own streams.
"""

from __future__ import annotations

import os

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-41"


class _Worker(ForkedWorker):
    def empty_stdin(self) -> None:
        super().empty_stdin()
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)


class _Daemon(Daemon):
    worker_class = _Worker


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_swallows_output")

if __name__ == "__main__":
    run(_Daemon)
