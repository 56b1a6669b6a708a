"""Sends the secret over a Unix domain socket too.

Must fail F-CONN-13: there the worker takes it for a task.
"""

from __future__ import annotations

from reference_impl.mutants._unix_sockets import UnixFactory, UnixHandshake, UnixMaker

CLAUSE = "F-CONN-13"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Handshake(UnixHandshake):
    def prove_secret(self) -> None:
        self.connection.write_text(self.secret)


class _Factory(UnixFactory):
    handshake_class = _Handshake


make = UnixMaker(_Factory)
