"""Gives the daemon a third chance.

Must fail F-RST-03: the failure of the second attempt must propagate.

Also fails F-RST-02 and F-RST-04.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import SocketFailure
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.attempt import Attempt

CLAUSE = "F-RST-03"
ALSO = ("F-RST-02", "F-RST-04")


class _Factory(PythonWorkerFactory):
    def open_or_restart(self, attempt: Attempt) -> tuple[socket.socket, int]:
        try:
            return super().open_or_restart(attempt)
        except SocketFailure:
            self.stop_daemon()
            return super().open_or_restart(attempt)


make = Maker(_Factory)
