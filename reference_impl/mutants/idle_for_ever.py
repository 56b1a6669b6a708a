"""Never closes idle workers.

Must fail F-POOL-07: they must be closed when nobody has come for a minute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.pool import IdlePool

if TYPE_CHECKING:
    import socket

CLAUSE = "F-POOL-07"


class _Pool(IdlePool):
    def overdue(self) -> list[socket.socket]:
        super().overdue()
        return []


class _Factory(PythonWorkerFactory):
    pool_class = _Pool


make = Maker(_Factory)
