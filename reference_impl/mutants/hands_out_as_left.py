"""Hands out an idle worker in whatever mode its last owner left it.

Must fail F-CONN-17: a reused worker must not block either, from Spark 4.0 on.
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
        if self.registry.get(sock) is None:  # a new one
            super().hand_out(sock)


make = Maker(_Factory)
