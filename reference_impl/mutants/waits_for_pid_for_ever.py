"""Waits for the pid without limit.

Must fail F-CONN-15: after 60 s without a byte the daemon must be taken for lost.

Also fails F-RST-07 and F-CONN-16.
"""

from __future__ import annotations

from reference_impl.factory import PythonWorkerFactory
from reference_impl.handshake import Handshake
from reference_impl.making import Maker

CLAUSE = "F-CONN-15"
ALSO = ("F-RST-07", "F-CONN-16")
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Handshake(Handshake):
    def read_pid(self) -> int:
        self.connection.limit_s += 86400
        return super().read_pid()


class _Factory(PythonWorkerFactory):
    handshake_class = _Handshake


make = Maker(_Factory)
