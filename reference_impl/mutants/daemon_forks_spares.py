"""A daemon that forks a second process for each connection, to be on the safe side.

Must fail D-05: it must fork one worker for each connection.

Also fails D-10.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "D-05"
ALSO = ("D-10",)


class _Daemon(Daemon):
    def fork(self, sock: socket.socket) -> None:
        super().fork(sock)
        if os.fork() == 0:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            os.closerange(0, 1024)
            signal.pause()


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_forks_spares")

if __name__ == "__main__":
    run(_Daemon)
