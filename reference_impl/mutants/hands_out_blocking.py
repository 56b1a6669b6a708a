"""Hands out connections that block.

Must fail F-CONN-17: they must not, from Spark 4.0 on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "F-CONN-17"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Factory(PythonWorkerFactory):
    def hand_out(self, sock: socket.socket) -> None:
        sock.settimeout(None)


make = Maker(_Factory)
