"""A daemon that reaps one worker for each SIGCHLD, though one may tell of several.

Must fail D-21: it must leave no zombies.
"""

from __future__ import annotations

import os

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-21"


class _Daemon(Daemon):
    def reap(self) -> None:
        """Reap the first worker that has ended."""
        for pid in list(self.children):
            if os.waitpid(pid, os.WNOHANG)[0]:
                self.children.discard(pid)
                return


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_reaps_one_a_signal")

if __name__ == "__main__":
    run(_Daemon)
