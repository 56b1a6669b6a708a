"""A daemon whose workers stay when the peer has closed.

Must fail D-33: an idle worker must end when its connection does.
"""

from __future__ import annotations

import signal

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-33"


class _Worker(ForkedWorker):
    def work(self) -> int:
        super().work()
        while True:
            signal.pause()


class _Daemon(Daemon):
    worker_class = _Worker


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_workers_outstay")

if __name__ == "__main__":
    run(_Daemon)
