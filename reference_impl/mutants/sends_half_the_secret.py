"""Sends the first half of the secret.

Must fail F-CONN-07: the worker must get the length and all bytes of the secret.
"""

from __future__ import annotations

from reference_impl.factory import PythonWorkerFactory
from reference_impl.handshake import Handshake
from reference_impl.making import Maker

CLAUSE = "F-CONN-07"


class _Handshake(Handshake):
    def prove_secret(self) -> None:
        self.secret = self.secret[: len(self.secret) // 2]
        super().prove_secret()


class _Factory(PythonWorkerFactory):
    handshake_class = _Handshake


make = Maker(_Factory)
