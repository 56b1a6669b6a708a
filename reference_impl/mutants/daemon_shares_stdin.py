"""A daemon whose workers keep its stdin.

Must fail D-23: a task that reads stdin would take the kill requests (SPARK-26175).
"""

from __future__ import annotations

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-23"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Worker(ForkedWorker):
    def empty_stdin(self) -> None:
        """Keep it."""


class _Daemon(Daemon):
    worker_class = _Worker


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_shares_stdin")

if __name__ == "__main__":
    run(_Daemon)
