"""Waits for a simple worker's secret without limit.

Must fail F-SIMP-04: the wait must end after 10 s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.simple import SimpleWorkers

if TYPE_CHECKING:
    from reference_impl.connection import Connection

CLAUSE = "F-SIMP-04"


class _SimpleWorkers(SimpleWorkers):
    def demand_secret(self, connection: Connection, secret: str) -> None:
        connection.limit_s += 86400
        super().demand_secret(connection, secret)


class _Factory(PythonWorkerFactory):
    simple_class = _SimpleWorkers


make = Maker(_Factory)
