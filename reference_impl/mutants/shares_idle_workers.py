"""Looks at the pool first and takes the worker out later.

Must fail F-CONC-02: two callers may see the same worker in between.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.pool import IdlePool

if TYPE_CHECKING:
    import socket

CLAUSE = "F-CONC-02"


class _Pool(IdlePool):
    def take(self) -> socket.socket | None:
        idle = self.members()
        if not idle:
            return None
        threading.Event().wait(0.05)  # time enough for another caller to look
        self.remove(idle[0])
        return idle[0]


class _Factory(PythonWorkerFactory):
    pool_class = _Pool


make = Maker(_Factory)
