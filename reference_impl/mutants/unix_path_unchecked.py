"""Takes a socket path where nothing is for a lost daemon.

Must fail F-CONN-14: such a path makes create() fail; here it costs a second daemon.
"""

from __future__ import annotations

from reference_impl.mutants._unix_sockets import UnixFactory, UnixMaker

CLAUSE = "F-CONN-14"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Factory(UnixFactory):
    def check_path(self, path: str) -> None:
        """Try, and see what comes of it."""


make = UnixMaker(_Factory)
