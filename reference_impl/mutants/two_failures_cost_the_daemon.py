"""Replaces the daemon once two handshakes in a row have failed.

Must fail F-RST-05: only a socket error causes a restart; an orderly end or a refusal does
not, not even of the next create().

Also fails F-CONC-01.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import AuthenticationFailed, EndOfStream, IllegalState
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.attempt import Attempt

CLAUSE = "F-RST-05"
ALSO = ("F-CONC-01",)
MACHINE = "faults"
STORY = 4

_PATIENCE = 2


class _Factory(PythonWorkerFactory):
    failures = 0

    def open_or_restart(self, attempt: Attempt) -> tuple[socket.socket, int]:
        if self.failures >= _PATIENCE:
            self.stop_daemon()
            self.failures = 0
        try:
            made = super().open_or_restart(attempt)
        except (AuthenticationFailed, EndOfStream, IllegalState):
            self.failures += 1
            raise
        self.failures = 0
        return made


make = Maker(_Factory)
