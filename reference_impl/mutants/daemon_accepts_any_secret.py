"""A daemon whose workers accept any secret, if only to leave.

Must fail D-08: a wrong secret must be answered by `err`.
"""

from __future__ import annotations

import os

from reference_impl import auth, serving, wire
from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-08"


class _Worker(ForkedWorker):
    def is_trusted(self) -> bool:
        secret = serving.read_text(self.sock)
        self.sock.sendall(wire.pack_text(wire.OK))
        return auth.is_same_secret(secret, os.environ[auth.SECRET_VARIABLE])


class _Daemon(Daemon):
    worker_class = _Worker


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_accepts_any_secret")

if __name__ == "__main__":
    run(_Daemon)
