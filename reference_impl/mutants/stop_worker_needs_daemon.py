"""Cannot stop a worker when there is no daemon.

Must fail F-STOP-03: after stop() a worker must just be closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import IllegalState
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "F-STOP-03"


class _Factory(PythonWorkerFactory):
    def stop_worker(self, sock: socket.socket) -> None:
        if self.settings.use_daemon and self.keeper.current is None:
            raise IllegalState("there is no daemon")
        super().stop_worker(sock)


make = Maker(_Factory)
