"""Sends the secret before the pid has come.

Must fail F-CONN-02: nothing may be sent before the whole pid was read.

Also fails F-RST-03 and F-RST-05.
"""

from __future__ import annotations

from reference_impl.errors import AuthenticationFailed
from reference_impl.factory import PythonWorkerFactory
from reference_impl.handshake import Handshake
from reference_impl.making import Maker

CLAUSE = "F-CONN-02"
ALSO = ("F-RST-03", "F-RST-05")


class _Handshake(Handshake):
    def run(self) -> int:
        self.connection.write_text(self.secret)
        pid = self.read_pid()
        self.check_pid(pid)
        if not self.is_accepted(self.connection.read_text()):
            raise AuthenticationFailed("Authentication failed.")
        return pid


class _Factory(PythonWorkerFactory):
    handshake_class = _Handshake


make = Maker(_Factory)
