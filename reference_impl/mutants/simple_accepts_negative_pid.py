"""Takes a negative number for a simple worker's pid.

Must fail F-SIMP-05: it stands for a failed launch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import IllegalState
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.simple import SimpleWorkers

if TYPE_CHECKING:
    import socket

CLAUSE = "F-SIMP-05"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _SimpleWorkers(SimpleWorkers):
    def greet(self, sock: socket.socket, secret: str) -> int:
        try:
            return super().greet(sock, secret)
        except IllegalState:
            return 1


class _Factory(PythonWorkerFactory):
    simple_class = _SimpleWorkers


make = Maker(_Factory)
