"""Fails when it meets a queued worker that is not registered.

Must fail F-POOL-06: it must be discarded (SPARK-52642).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import IllegalState
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.registry import Registration

CLAUSE = "F-POOL-06"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Factory(PythonWorkerFactory):
    def discard(self, sock: socket.socket, registration: Registration | None) -> None:
        super().discard(sock, registration)
        if registration is None:
            raise IllegalState("key not found")


make = Maker(_Factory)
