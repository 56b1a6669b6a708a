"""A daemon whose workers end at once after a task that ended badly.

Must fail D-31: they must wait for the peer to close.
"""

from __future__ import annotations

from importlib import import_module

from reference_impl import serving
from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-31"


class _Worker(ForkedWorker):
    def serve(self) -> int:
        task = import_module(self.worker_module).main
        files = self.sock.makefile("rb"), self.sock.makefile("wb")
        while not (status := serving.run_task(task, *files)):
            pass
        return status


class _Daemon(Daemon):
    worker_class = _Worker


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_ends_after_bad_task")

if __name__ == "__main__":
    run(_Daemon)
