"""Leaves the socket of a failed handshake to the garbage collector.

Must fail F-CONN-09: whoever keeps the exception, in a future for one, keeps it open.

Also fails F-CONN-10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "F-CONN-09"
ALSO = ("F-CONN-10",)


class _Factory(PythonWorkerFactory):
    def close_failed(self, sock: socket.socket) -> None:
        """Do nothing: the last reference to the socket goes with the exception."""


make = Maker(_Factory)
