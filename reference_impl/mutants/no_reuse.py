"""Never hands out an idle worker.

Must fail F-POOL-01: an idle worker goes before a new connection.

Also fails F-POOL-02, F-POOL-08, F-POOL-17 and F-CONC-02.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "F-POOL-01"
ALSO = ("F-POOL-02", "F-POOL-08", "F-POOL-17", "F-CONC-02")


class _Factory(PythonWorkerFactory):
    def reuse(self) -> tuple[socket.socket, int] | None:
        return None


make = Maker(_Factory)
