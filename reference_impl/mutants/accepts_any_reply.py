"""Takes any reply for success.

Must fail F-CONN-08: only `ok` means that the secret was accepted.
"""

from __future__ import annotations

from reference_impl.factory import PythonWorkerFactory
from reference_impl.handshake import Handshake
from reference_impl.making import Maker

CLAUSE = "F-CONN-08"


class _Handshake(Handshake):
    def is_accepted(self, reply: str) -> bool:
        return bool(reply)


class _Factory(PythonWorkerFactory):
    handshake_class = _Handshake


make = Maker(_Factory)
