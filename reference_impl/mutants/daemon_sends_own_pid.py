"""A daemon whose workers send its own pid.

Must fail D-06: a kill request for that pid would not reach the worker.
"""

from __future__ import annotations

import os

from reference_impl import wire
from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-06"


class _Worker(ForkedWorker):
    def acknowledge(self) -> None:
        self.sock.sendall(wire.pack_int(os.getppid()))


class _Daemon(Daemon):
    worker_class = _Worker


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_sends_own_pid")

if __name__ == "__main__":
    run(_Daemon)
