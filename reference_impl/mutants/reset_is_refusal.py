"""Takes a reset during the exchange of the secret for a refusal.

Must fail F-RST-10: the daemon must be restarted, as after any reset.
"""

from __future__ import annotations

from reference_impl.errors import AuthenticationFailed, SocketFailure
from reference_impl.factory import PythonWorkerFactory
from reference_impl.handshake import Handshake
from reference_impl.making import Maker

CLAUSE = "F-RST-10"


class _Handshake(Handshake):
    def prove_secret(self) -> None:
        try:
            super().prove_secret()
        except SocketFailure:
            raise AuthenticationFailed("Authentication failed.") from None


class _Factory(PythonWorkerFactory):
    handshake_class = _Handshake


make = Maker(_Factory)
