"""Lets every create() look for a daemon by itself.

Must fail F-CONC-01: concurrent calls start a daemon each.

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


class _Factory(PythonWorkerFactory):
    def create_through_daemon(self) -> tuple[socket.socket, int]:
        return self.open_or_restart(self.attempt_class())


make = Maker(_Factory)
