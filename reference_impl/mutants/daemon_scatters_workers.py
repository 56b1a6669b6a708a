"""A daemon whose workers leave its process group.

Must fail D-06: they must be in it, so that one signal reaches all of them.
"""

from __future__ import annotations

import os

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-06"


class _Worker(ForkedWorker):
    def settle(self) -> None:
        os.setpgid(0, 0)
        super().settle()


class _Daemon(Daemon):
    worker_class = _Worker


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_scatters_workers")

if __name__ == "__main__":
    run(_Daemon)
