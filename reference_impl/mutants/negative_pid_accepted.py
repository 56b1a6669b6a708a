"""Takes a negative number for a pid.

Must fail F-CONN-04: a negative value stands for a failed launch.

Also fails F-CONN-10, F-CONN-11 and F-RST-03.
"""

from __future__ import annotations

from reference_impl.factory import PythonWorkerFactory
from reference_impl.handshake import Handshake
from reference_impl.making import Maker

CLAUSE = "F-CONN-04"
ALSO = ("F-CONN-10", "F-CONN-11", "F-RST-03")


class _Handshake(Handshake):
    def check_pid(self, pid: int) -> None:
        """Believe anything."""


class _Factory(PythonWorkerFactory):
    handshake_class = _Handshake


make = Maker(_Factory)
