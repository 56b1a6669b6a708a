"""Closes the connection of a failed handshake in the first attempt only.

Must fail F-CONN-09: the one that fails after a restart must be closed too.

Also fails F-CONN-10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.attempt import Attempt
    from reference_impl.errors import FactoryError
    from reference_impl.settings import Settings

CLAUSE = "F-CONN-09"
ALSO = ("F-CONN-10",)
MACHINE = "faults"
STORY = 3


class _Factory(PythonWorkerFactory):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.is_second = False
        self.kept: list[socket.socket] = []

    def open_or_restart(self, attempt: Attempt) -> tuple[socket.socket, int]:
        self.is_second = False
        return super().open_or_restart(attempt)

    def warn_of_restart(self, error: FactoryError) -> None:
        super().warn_of_restart(error)
        self.is_second = True

    def close_failed(self, sock: socket.socket) -> None:
        if self.is_second:
            self.kept.append(sock)
        else:
            super().close_failed(sock)


make = Maker(_Factory)
