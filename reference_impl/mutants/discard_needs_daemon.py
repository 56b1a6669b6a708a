"""Tells the daemon of each idle worker that it discards, and fails if it cannot.

Must fail F-POOL-16: the daemon may be dead as well, and create() must get over both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import SocketFailure
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.registry import Registration

CLAUSE = "F-POOL-16"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Factory(PythonWorkerFactory):
    def discard(self, sock: socket.socket, registration: Registration | None) -> None:
        super().discard(sock, registration)
        daemon = self.keeper.current
        if registration is None or daemon is None:
            return
        if not daemon.request_kill(registration.pid):
            raise SocketFailure("Stream closed")


make = Maker(_Factory)
