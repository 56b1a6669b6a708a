"""A daemon that does not reap its workers.

Must fail D-21: it must leave no zombies.
"""

from __future__ import annotations

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-21"


class _Daemon(Daemon):
    def reap(self) -> None:
        """Let the dead be."""


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_leaves_zombies")

if __name__ == "__main__":
    run(_Daemon)
