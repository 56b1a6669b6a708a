"""Closes the idle workers at stop(), but leaves them in the queue.

Must fail F-STOP-07: the next create() finds them there and has to throw them away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.pool import IdlePool

if TYPE_CHECKING:
    import socket

CLAUSE = "F-STOP-07"


class _Pool(IdlePool):
    def clear(self) -> list[socket.socket]:
        return self.members()


class _Factory(PythonWorkerFactory):
    pool_class = _Pool


make = Maker(_Factory)
