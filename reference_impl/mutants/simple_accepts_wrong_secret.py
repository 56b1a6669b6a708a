"""Takes any secret from a simple worker.

Must fail F-SIMP-03: a wrong secret must be answered by `err`, and fail.

Also fails F-SIMP-10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl import wire
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.simple import SimpleWorkers

if TYPE_CHECKING:
    from reference_impl.connection import Connection

CLAUSE = "F-SIMP-03"
ALSO = ("F-SIMP-10",)


class _SimpleWorkers(SimpleWorkers):
    def demand_secret(self, connection: Connection, secret: str) -> None:
        del secret
        connection.read_text()
        connection.write_text(wire.OK)


class _Factory(PythonWorkerFactory):
    simple_class = _SimpleWorkers


make = Maker(_Factory)
