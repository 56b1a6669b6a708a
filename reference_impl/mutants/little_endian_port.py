"""Reads the port with its bytes in the wrong order.

Must fail F-START-09: the port is big endian; here it becomes another, or none.
"""

from __future__ import annotations

from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker

CLAUSE = "F-START-09"


class _Keeper(DaemonKeeper):
    def decode_port(self, raw: bytes) -> int:
        return super().decode_port(raw[::-1])


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
