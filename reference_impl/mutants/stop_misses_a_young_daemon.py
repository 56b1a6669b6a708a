"""Records a daemon when it has given its first worker; stop() does not wait for that.

Must fail F-CONC-04: stop() breaks the create() off but sees no daemon yet, and nobody
ends the one that has been started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import Stopped
from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import FAREWELL_S, DaemonKeeper
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.attempt import Attempt
    from reference_impl.process import DaemonProcess

CLAUSE = "F-CONC-04"
MACHINE = "races"
STORY = 2


class _Keeper(DaemonKeeper):
    def start(self, secret: str, attempt: Attempt) -> DaemonProcess:
        process = super().start(secret, attempt)
        self.current = None
        return process


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper

    def open_worker(self, process: DaemonProcess, attempt: Attempt) -> tuple[socket.socket, int]:
        try:
            made = super().open_worker(process, attempt)
        except Stopped:
            raise  # stop() sees to the daemon
        except BaseException:
            self.keeper.current = process
            raise
        self.keeper.current = process
        return made

    def stop(self) -> None:
        self.simple.stop()
        if (attempt := self.attempt) is not None:
            attempt.cancel()
        if (process := self.stop_daemon()) is not None:
            process.child.wait_for_end(FAREWELL_S)
        self.pool.end_monitor()


make = Maker(_Factory)
