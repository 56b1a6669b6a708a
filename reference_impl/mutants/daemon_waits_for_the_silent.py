"""A daemon whose workers do no task while any peer has yet to prove itself.

Must fail D-11: a peer that stays silent blocks all others.
"""

from __future__ import annotations

import fcntl
import os

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-11"


class _Worker(ForkedWorker):
    turnstile = -1

    def is_trusted(self) -> bool:
        own = os.open(f"/proc/self/fd/{self.turnstile}", os.O_RDONLY)
        fcntl.flock(own, fcntl.LOCK_SH)
        is_trusted = super().is_trusted()
        fcntl.flock(own, fcntl.LOCK_UN)
        fcntl.flock(own, fcntl.LOCK_EX)
        os.close(own)
        return is_trusted


class _Daemon(Daemon):
    worker_class = _Worker

    def __init__(self, worker_module: str) -> None:
        super().__init__(worker_module)
        _Worker.turnstile = os.memfd_create("turnstile")


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_waits_for_the_silent")

if __name__ == "__main__":
    run(_Daemon)
