"""A daemon that waits for each peer's secret before it goes on.

Must fail D-11: a peer that stays silent blocks all others.
"""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

CLAUSE = "D-11"


class _Daemon(Daemon):
    def fork(self, sock: socket.socket) -> None:
        super().fork(sock)
        poller = select.poll()
        poller.register(sock, select.POLLIN)
        poller.poll()


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_authenticates_itself")

if __name__ == "__main__":
    run(_Daemon)
