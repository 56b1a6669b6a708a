"""Leaves the socket file of a simple worker.

Must fail F-SIMP-11: in Unix domain mode it must be removed.
"""

from __future__ import annotations

from reference_impl.mutants._unix_sockets import UnixFactory, UnixMaker, UnixSimpleWorkers

CLAUSE = "F-SIMP-11"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _SimpleWorkers(UnixSimpleWorkers):
    def remove(self, path: str) -> None:
        """Let it lie."""


class _Factory(UnixFactory):
    simple_class = _SimpleWorkers


make = UnixMaker(_Factory)
