"""Says in words of its own that the secret was refused.

Must fail F-CONN-08: the words are `Authentication failed.`
"""

from __future__ import annotations

from reference_impl.errors import AuthenticationFailed
from reference_impl.factory import PythonWorkerFactory
from reference_impl.handshake import Handshake
from reference_impl.making import Maker

CLAUSE = "F-CONN-08"


class _Handshake(Handshake):
    def prove_secret(self) -> None:
        try:
            super().prove_secret()
        except AuthenticationFailed:
            raise AuthenticationFailed("the worker does not trust us") from None


class _Factory(PythonWorkerFactory):
    handshake_class = _Handshake


make = Maker(_Factory)
