"""Throws away an idle worker that it does not know, but leaves the connection open.

Must fail F-POOL-06: the worker waits for ever for somebody to use it.

Also fails F-POOL-03.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.registry import Registration
    from reference_impl.settings import Settings

CLAUSE = "F-POOL-06"
ALSO = ("F-POOL-03",)
PROFILE = "spark-4.3"


class _Factory(PythonWorkerFactory):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.kept: list[socket.socket] = []

    def discard(self, sock: socket.socket, registration: Registration | None) -> None:
        self.kept.append(sock.dup())
        super().discard(sock, registration)


make = Maker(_Factory)
