"""Sends a byte to a worker that is released, if it is the only one.

Must fail F-POOL-17: a release must not talk to the worker.

Also fails F-POOL-01, F-POOL-12 and F-POOL-15.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "F-POOL-17"
ALSO = ("F-POOL-01", "F-POOL-12", "F-POOL-15")


class _Factory(PythonWorkerFactory):
    def release_worker(self, sock: socket.socket) -> None:
        if len(self.registry.pids()) == 1:
            with suppress(OSError):
                sock.send(b"\0")
        super().release_worker(sock)


make = Maker(_Factory)
