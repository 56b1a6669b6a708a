"""A daemon that tells on its stdout of each connection.

Must fail D-43: after the announcement it should write nothing there.

Also fails D-41: what its worker writes comes behind.
"""

from __future__ import annotations

import os

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-43"
ALSO = ("D-41",)


class _Daemon(Daemon):
    def accept(self) -> None:
        os.write(1, b"a connection\n")
        super().accept()


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_chatters")

if __name__ == "__main__":
    run(_Daemon)
