"""A daemon whose workers keep its signal handlers.

Must fail D-22: a worker must have the default actions.

Also fails D-32.
"""

from __future__ import annotations

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-22"
ALSO = ("D-32",)


class _Worker(ForkedWorker):
    def restore_signals(self) -> None:
        """Keep them."""


class _Daemon(Daemon):
    worker_class = _Worker


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_shares_signals")

if __name__ == "__main__":
    run(_Daemon)
