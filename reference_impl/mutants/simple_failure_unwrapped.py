"""Does not say that a simple worker failed to connect back.

Must fail F-SIMP-02: the failure must be wrapped in these words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import ConnectBackFailed, TimedOut
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.simple import SimpleWorkers

if TYPE_CHECKING:
    import socket

CLAUSE = "F-SIMP-02"


class _SimpleWorkers(SimpleWorkers):
    def create(self, secret: str) -> tuple[socket.socket, int | None]:
        try:
            return super().create(secret)
        except ConnectBackFailed as error:
            if str(error.__cause__) != self.settings.profile.accept_words:
                raise
            raise TimedOut("too late") from error.__cause__


class _Factory(PythonWorkerFactory):
    simple_class = _SimpleWorkers


make = Maker(_Factory)
