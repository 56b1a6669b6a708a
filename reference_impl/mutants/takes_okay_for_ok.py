"""Takes a reply for success that only begins like one.

Must fail F-CONN-07: only `ok` means that the secret was accepted, and `okay` is not `ok`.
The worker is handed out, so that nothing is closed and no error raised either.

Also fails F-CONN-08, F-CONN-09 and F-CONN-11.
"""

from __future__ import annotations

from reference_impl import wire
from reference_impl.factory import PythonWorkerFactory
from reference_impl.handshake import Handshake
from reference_impl.making import Maker

CLAUSE = "F-CONN-07"
ALSO = ("F-CONN-08", "F-CONN-09", "F-CONN-11")


class _Handshake(Handshake):
    def is_accepted(self, reply: str) -> bool:
        return reply.startswith(wire.OK)


class _Factory(PythonWorkerFactory):
    handshake_class = _Handshake


make = Maker(_Factory)
