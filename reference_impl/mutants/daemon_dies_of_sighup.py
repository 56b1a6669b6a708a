"""A daemon that dies of SIGHUP.

Must fail D-19: it must ignore that signal.
"""

from __future__ import annotations

import signal

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-19"


class _Daemon(Daemon):
    def __init__(self, worker_module: str) -> None:
        super().__init__(worker_module)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_dies_of_sighup")

if __name__ == "__main__":
    run(_Daemon)
