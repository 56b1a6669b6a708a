"""A daemon that ignores SIGTERM.

Must fail D-18: it must end, and take its workers along.
"""

from __future__ import annotations

import signal

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-18"


class _Daemon(Daemon):
    def __init__(self, worker_module: str) -> None:
        super().__init__(worker_module)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_ignores_sigterm")

if __name__ == "__main__":
    run(_Daemon)
