"""Counts a failed start as the restart that a create() has.

Must fail F-RST-01: the next time that the daemon is lost, it must be restarted.

Also fails F-RST-06.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import InvalidPort, StartFailed
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.attempt import Attempt
    from reference_impl.errors import FactoryError

CLAUSE = "F-RST-01"
ALSO = ("F-RST-06",)
MACHINE = "faults"
STORY = 4


class _Factory(PythonWorkerFactory):
    has_restarted = False

    def open_or_restart(self, attempt: Attempt) -> tuple[socket.socket, int]:
        try:
            return super().open_or_restart(attempt)
        except (StartFailed, InvalidPort):
            self.has_restarted = True
            raise

    def is_daemon_lost(self, error: FactoryError) -> bool:
        is_lost = super().is_daemon_lost(error)
        if is_lost and self.has_restarted:
            self.has_restarted = False
            return False
        return is_lost


make = Maker(_Factory)
