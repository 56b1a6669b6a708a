"""Fails a release when the evicted worker cannot be stopped.

Must fail F-POOL-11: the failure must only be logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import SocketFailure
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "F-POOL-11"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Factory(PythonWorkerFactory):
    def pool_worker(self, sock: socket.socket) -> None:
        super().pool_worker(sock)
        daemon = self.keeper.current
        if daemon is not None and not daemon.request_kill(2**31 - 1):
            raise SocketFailure("Broken pipe")


make = Maker(_Factory)
