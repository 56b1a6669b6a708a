"""Reports a failed launch without its number.

Must fail F-CONN-04: the message must have the value that came instead of the pid.
"""

from __future__ import annotations

from reference_impl.factory import PythonWorkerFactory
from reference_impl.handshake import Handshake
from reference_impl.making import Maker

CLAUSE = "F-CONN-04"


class _Handshake(Handshake):
    def check_pid(self, pid: int) -> None:
        super().check_pid(min(pid, 0) or pid if pid >= 0 else 0)


class _Factory(PythonWorkerFactory):
    handshake_class = _Handshake


make = Maker(_Factory)
