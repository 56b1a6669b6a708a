"""A daemon whose workers serve one task, whatever they are told.

Must fail D-29: with SPARK_REUSE_WORKER they must serve several.

Also fails F-CONN-07 and F-POOL-01.
"""

from __future__ import annotations

import os

from reference_impl import serving
from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-29"
ALSO = ("F-CONN-07", "F-POOL-01")


class _Worker(ForkedWorker):
    def serve(self) -> int:
        os.environ.pop(serving.REUSE_VARIABLE, None)
        return super().serve()


class _Daemon(Daemon):
    worker_class = _Worker


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_never_reuses")

if __name__ == "__main__":
    run(_Daemon)
