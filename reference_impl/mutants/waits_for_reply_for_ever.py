"""Waits for the reply without limit.

Must fail F-CONN-16: a worker that never answers makes create() hang.
"""

from __future__ import annotations

from reference_impl.factory import PythonWorkerFactory
from reference_impl.handshake import Handshake
from reference_impl.making import Maker

CLAUSE = "F-CONN-16"


class _Handshake(Handshake):
    def prove_secret(self) -> None:
        self.connection.limit_s += 86400
        super().prove_secret()


class _Factory(PythonWorkerFactory):
    handshake_class = _Handshake


make = Maker(_Factory)
