"""Hands out the worker released last.

Must fail F-POOL-02: the worker released first is reused first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.pool import IdlePool

if TYPE_CHECKING:
    import socket

CLAUSE = "F-POOL-02"


class _Pool(IdlePool):
    def take(self) -> socket.socket | None:
        idle = self.members()
        if not idle:
            return None
        self.remove(idle[-1])
        return idle[-1]


class _Factory(PythonWorkerFactory):
    pool_class = _Pool


make = Maker(_Factory)
