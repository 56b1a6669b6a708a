"""A daemon whose workers stay when the peer has closed an idle connection.

Must fail D-33: an idle worker must end when its connection does.
"""

from __future__ import annotations

import os
import signal

from reference_impl import serving
from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-33"


class _Worker(ForkedWorker):
    def serve(self) -> int:
        status = super().serve()
        while os.environ.get(serving.REUSE_VARIABLE) and not status:
            signal.pause()
        return status


class _Daemon(Daemon):
    worker_class = _Worker


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_workers_outstay")

if __name__ == "__main__":
    run(_Daemon)
