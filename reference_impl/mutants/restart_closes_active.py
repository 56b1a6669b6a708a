"""Closes the active workers too when it restarts the daemon.

Must fail F-RST-11: their connections are their callers'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakSet

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.errors import FactoryError
    from reference_impl.settings import Settings

CLAUSE = "F-RST-11"


class _Factory(PythonWorkerFactory):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.everyone: WeakSet[socket.socket] = WeakSet()

    def hand_out(self, sock: socket.socket) -> None:
        super().hand_out(sock)
        self.everyone.add(sock)

    def warn_of_restart(self, error: FactoryError) -> None:
        super().warn_of_restart(error)
        for sock in list(self.everyone):
            sock.close()


make = Maker(_Factory)
