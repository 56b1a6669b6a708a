"""Insists on a kill request for a dead idle worker.

Must fail F-POOL-16: with the daemon dead too, create() fails instead of starting a new
one.
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


class _Factory(PythonWorkerFactory):
    def discard(self, sock: socket.socket, registration: Registration | None) -> None:
        super().discard(sock, registration)
        daemon = self.keeper.current
        if daemon is not None and not daemon.request_kill(2**31 - 1):
            raise SocketFailure("Broken pipe")


make = Maker(_Factory)
