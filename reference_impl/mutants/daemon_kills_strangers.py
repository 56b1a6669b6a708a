"""A daemon that kills whatever pid it is told.

Must fail D-15: it should kill only its own children, and ignore values of 0 and below.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-15"


class _Daemon(Daemon):
    def kill(self, pid: int) -> None:
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_kills_strangers")

if __name__ == "__main__":
    run(_Daemon)
