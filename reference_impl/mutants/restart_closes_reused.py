"""Closes at a restart whoever was idle once, not whoever is idle now.

Must fail F-RST-11: a reused worker has an owner, and its connection must stay open.
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
MACHINE = "faults"
STORY = 5


class _Factory(PythonWorkerFactory):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.released: WeakSet[socket.socket] = WeakSet()

    def pool_worker(self, sock: socket.socket) -> None:
        super().pool_worker(sock)
        self.released.add(sock)

    def warn_of_restart(self, error: FactoryError) -> None:
        super().warn_of_restart(error)
        for sock in list(self.released):
            self.close_idle(sock)
        self.released.clear()


make = Maker(_Factory)
