"""Does not heed the cap on idle workers.

Must fail F-POOL-09: at most that many may be idle after a release.

Also fails F-POOL-11.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.pool import IdlePool

if TYPE_CHECKING:
    import socket

CLAUSE = "F-POOL-09"
ALSO = ("F-POOL-11",)
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Pool(IdlePool):
    def add(self, sock: socket.socket, most: int | None) -> list[socket.socket]:
        del most
        return super().add(sock, None)


class _Factory(PythonWorkerFactory):
    pool_class = _Pool


make = Maker(_Factory)
