"""A daemon that keeps its copy of every connection.

Must fail D-25: the peer does not see the end when the worker ends.

Also fails D-08, D-12, D-22, D-27, D-30 and D-31.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "D-25"
ALSO = ("D-08", "D-12", "D-22", "D-27", "D-30", "D-31")


class _Daemon(Daemon):
    def fork(self, sock: socket.socket) -> None:
        super().fork(sock)
        self.kept.append(sock.dup())

    def __init__(self, worker_module: str) -> None:
        super().__init__(worker_module)
        self.kept: list[socket.socket] = []


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_keeps_connections")

if __name__ == "__main__":
    run(_Daemon)
