"""Keeps a simple worker open that is released.

Must fail F-SIMP-07: it must be closed; simple workers are never pooled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "F-SIMP-07"


class _Factory(PythonWorkerFactory):
    def release_worker(self, sock: socket.socket) -> None:
        if self.settings.use_daemon:
            super().release_worker(sock)


make = Maker(_Factory)
