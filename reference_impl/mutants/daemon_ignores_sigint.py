"""A daemon that ignores SIGINT.

Must fail D-42: on SIGINT the daemon must end and take its workers with it.
"""

from __future__ import annotations

import signal

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-42"


class _Daemon(Daemon):
    def run(self) -> int:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return super().run()


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_ignores_sigint")

if __name__ == "__main__":
    run(_Daemon)
