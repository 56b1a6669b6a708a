"""Reports the first failure when the second start fails.

Must fail F-RST-08: the failure must be that of the second start, with its stderr.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import SocketFailure, StartFailed
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.attempt import Attempt

CLAUSE = "F-RST-08"


class _Factory(PythonWorkerFactory):
    def open_or_restart(self, attempt: Attempt) -> tuple[socket.socket, int]:
        is_restart = self.keeper.current is not None
        try:
            return super().open_or_restart(attempt)
        except StartFailed:
            if is_restart or self.keeper.generations > 1:
                raise SocketFailure("Connection reset") from None
            raise


make = Maker(_Factory)
