"""A daemon that ends when a worker ends badly.

Must fail D-10: a peer that closes too early costs its own worker and nothing else.
"""

from __future__ import annotations

import os

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-10"


class _Daemon(Daemon):
    def reap(self) -> None:
        for pid in list(self.children):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                self.children.discard(pid)
                self.is_over = self.is_over or status != 0


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_ends_with_deserted_worker")

if __name__ == "__main__":
    run(_Daemon)
