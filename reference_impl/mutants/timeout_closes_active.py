"""Closes active workers too when the idle time is over.

Must fail F-POOL-08: the idle timeout must not touch active workers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakSet

from reference_impl.attempt import break_connection
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.settings import Settings

CLAUSE = "F-POOL-08"


class _Factory(PythonWorkerFactory):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.everyone: WeakSet[socket.socket] = WeakSet()

    def hand_out(self, sock: socket.socket) -> None:
        super().hand_out(sock)
        self.everyone.add(sock)

    def close_idle(self, sock: socket.socket) -> None:
        super().close_idle(sock)
        for other in list(self.everyone):
            break_connection(other)


make = Maker(_Factory)
