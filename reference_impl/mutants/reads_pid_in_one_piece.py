"""Takes what comes first for the whole pid.

Must fail F-CONN-03: a pid may arrive in several segments.

Also fails F-CONN-02 and F-RST-05.
"""

from __future__ import annotations

from reference_impl import wire
from reference_impl.factory import PythonWorkerFactory
from reference_impl.handshake import Handshake
from reference_impl.making import Maker

CLAUSE = "F-CONN-03"
ALSO = ("F-CONN-02", "F-RST-05")


class _Handshake(Handshake):
    def read_pid(self) -> int:
        return int.from_bytes(self.connection.receive(wire.INT_BYTES), "big", signed=True)


class _Factory(PythonWorkerFactory):
    handshake_class = _Handshake


make = Maker(_Factory)
