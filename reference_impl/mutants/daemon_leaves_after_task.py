"""A daemon whose workers end after their task, whether it was read or not.

Must fail D-30: they must wait for the peer to close.
"""

from __future__ import annotations

import os
from importlib import import_module

from reference_impl import serving
from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-30"


class _Worker(ForkedWorker):
    def serve(self) -> int:
        if os.environ.get(serving.REUSE_VARIABLE):
            return super().serve()
        task = import_module(self.worker_module).main
        files = self.sock.makefile("rb"), self.sock.makefile("wb")
        return serving.run_task(task, *files)


class _Daemon(Daemon):
    worker_class = _Worker


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_leaves_after_task")

if __name__ == "__main__":
    run(_Daemon)
