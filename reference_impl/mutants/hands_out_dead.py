"""Hands out idle workers without a look at them.

Must fail F-POOL-03: one whose process is gone must be discarded.

Also fails F-POOL-05 and F-POOL-16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.registry import Registration

CLAUSE = "F-POOL-03"
ALSO = ("F-POOL-05", "F-POOL-16")
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Factory(PythonWorkerFactory):
    def is_usable(self, sock: socket.socket, registration: Registration) -> bool:
        del sock, registration
        return True


make = Maker(_Factory)
