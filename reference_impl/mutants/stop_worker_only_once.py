"""Fails when a worker is stopped a second time.

Must fail F-STOP-04: a second stopWorker must not fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import SocketFailure
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "F-STOP-04"


class _Factory(PythonWorkerFactory):
    def stop_worker(self, sock: socket.socket) -> None:
        if sock.fileno() < 0:
            raise SocketFailure("Stream closed")
        super().stop_worker(sock)


make = Maker(_Factory)
