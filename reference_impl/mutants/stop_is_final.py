"""Creates no more workers after stop().

Must fail F-STOP-09: create() after stop() must start a new daemon.

Also fails F-STOP-07, F-STOP-08, F-CONC-04 and F-START-22.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import Stopped
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.settings import Settings

CLAUSE = "F-STOP-09"
ALSO = ("F-STOP-07", "F-STOP-08", "F-CONC-04", "F-START-22")


class _Factory(PythonWorkerFactory):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.is_stopped = False

    def create(self) -> tuple[socket.socket, int | None]:
        if self.is_stopped:
            raise Stopped
        return super().create()

    def stop(self) -> None:
        super().stop()
        self.is_stopped = True


make = Maker(_Factory)
