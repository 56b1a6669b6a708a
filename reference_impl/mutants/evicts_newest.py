"""Stops the newest idle worker when the pool is full.

Must fail F-POOL-09: the oldest has to go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "F-POOL-09"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Factory(PythonWorkerFactory):
    def pool_worker(self, sock: socket.socket) -> None:
        most = self.settings.idle_worker_max_pool_size
        idle = self.pool.members()
        if most is not None and len(idle) >= most:
            self.stop_worker(idle[-1])
        super().pool_worker(sock)


make = Maker(_Factory)
