"""A daemon that sends the positive errno of a failed fork.

Must fail D-28: a factory takes it for a pid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "D-28"


class _Daemon(Daemon):
    def refuse(self, sock: socket.socket, number: int) -> None:
        super().refuse(sock, -number)


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_positive_errno")

if __name__ == "__main__":
    run(_Daemon)
