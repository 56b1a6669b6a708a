"""A daemon that ends when it cannot fork.

Must fail D-27: it must signal the failure and go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "D-27"


class _Daemon(Daemon):
    def refuse(self, sock: socket.socket, number: int) -> None:
        super().refuse(sock, number)
        self.is_over = True


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_dies_of_failed_fork")

if __name__ == "__main__":
    run(_Daemon)
