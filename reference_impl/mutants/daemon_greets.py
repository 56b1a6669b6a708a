"""A daemon whose workers greet the peer before they send their pid.

Must fail D-05: the pid comes first on the connection.
"""

from __future__ import annotations

from reference_impl import wire
from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-05"


class _Worker(ForkedWorker):
    def acknowledge(self) -> None:
        self.sock.sendall(wire.pack_text("hello"))
        super().acknowledge()


class _Daemon(Daemon):
    worker_class = _Worker


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_greets")

if __name__ == "__main__":
    run(_Daemon)
