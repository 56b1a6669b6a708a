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
        for oldest in self.pool.add(sock, self.settings.idle_worker_max_pool_size):
            daemon = self.keeper.current
            if daemon is None or daemon.child.ended.is_set():
                raise SocketFailure("Broken pipe")
            self.stop_worker(oldest)


make = Maker(_Factory)
