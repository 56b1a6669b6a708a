"""Closes a simple worker without terminating its process.

Must fail F-SIMP-08: a worker that does not read would live on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.simple import SimpleWorkers

if TYPE_CHECKING:
    import socket

CLAUSE = "F-SIMP-08"


class _SimpleWorkers(SimpleWorkers):
    def stop_worker(self, sock: socket.socket) -> None:
        sock.close()


class _Factory(PythonWorkerFactory):
    simple_class = _SimpleWorkers


make = Maker(_Factory)
