"""A daemon that ends without its workers.

Must fail D-17: it must take them along.

Also fails D-18, D-42 and F-STOP-07.
"""

from __future__ import annotations

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-17"
ALSO = ("D-18", "D-42", "F-STOP-07")


class _Daemon(Daemon):
    def end_workers(self) -> None:
        """Let them live."""


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_leaves_workers")

if __name__ == "__main__":
    run(_Daemon)
