"""A daemon that leaves it to others to flush its announcement.

Must fail D-03: with PYTHONUNBUFFERED it is flushed, but nobody need set that.
"""

from __future__ import annotations

import os
import sys

from reference_impl import listening
from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-03"


class _Daemon(Daemon):
    def announce(self) -> None:
        sys.stdout.buffer.write(listening.announcement(self.listener))
        if os.environ.get("PYTHONUNBUFFERED"):
            sys.stdout.flush()


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_leaves_flushing")

if __name__ == "__main__":
    run(_Daemon)
