"""Fails when all idle workers that it meets are dead.

Must fail F-POOL-05: create() must go on to a new connection.

Also fails F-POOL-16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import IllegalState
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.registry import Registration

CLAUSE = "F-POOL-05"
ALSO = ("F-POOL-16",)
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Factory(PythonWorkerFactory):
    def discard(self, sock: socket.socket, registration: Registration | None) -> None:
        super().discard(sock, registration)
        if registration is not None and not self.pool.members():
            raise IllegalState("idle worker is dead")


make = Maker(_Factory)
