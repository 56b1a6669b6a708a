"""Asks the daemon to kill its first worker when it does not know the one to stop.

Must fail F-STOP-02: a worker that is not registered must only be closed.

Also fails F-STOP-04.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "F-STOP-02"
ALSO = ("F-STOP-04",)


class _Factory(PythonWorkerFactory):
    def stop_worker(self, sock: socket.socket) -> None:
        daemon = self.keeper.current
        if self.registry.get(sock) is None and daemon is not None:
            daemon.request_kill(min(self.registry.pids(), default=2**31 - 1))
        super().stop_worker(sock)


make = Maker(_Factory)
