"""Takes any number for a pid that is not negative.

Must fail F-CONN-05: a pid without a process is a launch failure.
"""

from __future__ import annotations

import os

from reference_impl.factory import PythonWorkerFactory
from reference_impl.handshake import Handshake
from reference_impl.making import Maker

CLAUSE = "F-CONN-05"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Handshake(Handshake):
    def check_pid(self, pid: int) -> None:
        super().check_pid(min(pid, os.getpid()) or os.getpid())


class _Factory(PythonWorkerFactory):
    handshake_class = _Handshake


make = Maker(_Factory)
