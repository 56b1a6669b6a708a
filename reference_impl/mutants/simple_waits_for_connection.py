"""Waits for a simple worker to connect without limit.

Must fail F-SIMP-02: the wait must end after 10 s.
"""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.simple import SimpleWorkers

if TYPE_CHECKING:
    import socket

    from reference_impl.children import Child

CLAUSE = "F-SIMP-02"


class _SimpleWorkers(SimpleWorkers):
    def accept(self, server: socket.socket, ended: socket.socket, child: Child) -> socket.socket:
        select.select([server, ended], [], [])
        return super().accept(server, ended, child)


class _Factory(PythonWorkerFactory):
    simple_class = _SimpleWorkers


make = Maker(_Factory)
