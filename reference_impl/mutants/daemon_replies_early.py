"""A daemon whose workers reply before the secret has come.

Must fail D-07: the reply must not be sent before.

Also fails D-08.
"""

from __future__ import annotations

import os

from reference_impl import auth, serving, wire
from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-07"
ALSO = ("D-08",)


class _Worker(ForkedWorker):
    def acknowledge(self) -> None:
        super().acknowledge()
        self.sock.sendall(wire.pack_text(wire.OK))

    def is_trusted(self) -> bool:
        return auth.is_same_secret(serving.read_text(self.sock), os.environ[auth.SECRET_VARIABLE])


class _Daemon(Daemon):
    worker_class = _Worker


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_replies_early")

if __name__ == "__main__":
    run(_Daemon)
