"""Takes a missing program for a lost daemon.

Must fail F-START-21: a missing program must surface at once, without a restart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import CannotRun
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.attempt import Attempt

CLAUSE = "F-START-21"


class _Factory(PythonWorkerFactory):
    def open_or_restart(self, attempt: Attempt) -> tuple[socket.socket, int]:
        try:
            return super().open_or_restart(attempt)
        except CannotRun as error:
            self.warn_of_restart(error)
            return super().open_or_restart(attempt)


make = Maker(_Factory)
