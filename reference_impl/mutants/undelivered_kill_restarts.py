"""Takes every kill request that it could not hand over for the daemon's death.

Must fail F-RST-06: the request for an old daemon's worker is not handed over either, and
the next create() replaces a daemon that is well: one death costs two starts.

Also fails F-CONC-01.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import SocketFailure
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.attempt import Attempt
    from reference_impl.process import DaemonProcess
    from reference_impl.registry import Registration

CLAUSE = "F-RST-06"
ALSO = ("F-CONC-01",)
MACHINE = "faults"
STORY = 5


class _Factory(PythonWorkerFactory):
    is_lost = False

    def request_kill(self, registration: Registration) -> None:
        daemon = self.keeper.current
        if daemon is not None:
            is_own = daemon.generation == registration.generation
            is_told = is_own and daemon.request_kill(registration.pid)
            self.is_lost = self.is_lost or not is_told

    def open_or_restart(self, attempt: Attempt) -> tuple[socket.socket, int]:
        if not self.is_lost:
            return super().open_or_restart(attempt)
        self.warn_of_restart(SocketFailure("Broken pipe"))
        self.stop_daemon()
        return self.open_worker(self.keeper.start(self.secret, attempt), attempt)

    def stop_daemon(self) -> DaemonProcess | None:
        self.is_lost = False
        return super().stop_daemon()


make = Maker(_Factory)
