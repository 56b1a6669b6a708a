"""A daemon that tells on its stderr of each connection, at such length that a pipe is full.

Must fail D-44: it should serve while nobody reads its stderr.
"""

from __future__ import annotations

import os

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-44"

_LINE = b"a connection\n" * 3000


class _Daemon(Daemon):
    def accept(self) -> None:
        os.write(2, _LINE)
        super().accept()


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_logs_at_length")

if __name__ == "__main__":
    run(_Daemon)
