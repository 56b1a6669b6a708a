"""A daemon that ignores kill requests.

Must fail D-12: a worker must be killed when asked for.

Also fails D-14, D-15, D-21, D-44 and F-STOP-01.
"""

from __future__ import annotations

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-12"
ALSO = ("D-14", "D-15", "D-21", "D-44", "F-STOP-01")


class _Daemon(Daemon):
    def kill(self, pid: int) -> None:
        """Spare it."""


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_ignores_kill")

if __name__ == "__main__":
    run(_Daemon)
