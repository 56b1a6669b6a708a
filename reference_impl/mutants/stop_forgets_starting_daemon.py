"""Forgets the daemon that a create() under way has started when stop() comes.

Must fail F-CONC-04: nobody ends that daemon, and the next create() starts another.

Also fails F-STOP-12.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "F-CONC-04"
ALSO = ("F-STOP-12",)


class _Factory(PythonWorkerFactory):
    is_forgetting = False

    def stop(self) -> None:
        if self.attempt is None:
            super().stop()
        else:
            self.is_forgetting = True

    def create_through_daemon(self) -> tuple[socket.socket, int]:
        made = super().create_through_daemon()
        if self.is_forgetting:
            self.keeper.current, self.is_forgetting = None, False
        return made


make = Maker(_Factory)
