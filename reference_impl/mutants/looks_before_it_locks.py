"""Starts the first daemon before it waits for its turn.

Must fail F-CONC-01: whoever asks while the first daemon is on its way sees none, and
starts one too.

Also fails F-CONC-03 and F-CONC-04.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "F-CONC-01"
ALSO = ("F-CONC-03", "F-CONC-04")
MACHINE = "races"
STORY = 2


class _Factory(PythonWorkerFactory):
    def create_through_daemon(self) -> tuple[socket.socket, int]:
        if self.keeper.current is None:
            self.keeper.start(self.secret, self.attempt_class())
        return super().create_through_daemon()


make = Maker(_Factory)
