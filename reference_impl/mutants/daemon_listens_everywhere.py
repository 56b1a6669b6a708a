"""A daemon that listens on all addresses of the machine.

Must fail D-02: it must listen on loopback only, as anybody could connect.

Also fails D-24.
"""

from __future__ import annotations

import socket

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-02"
ALSO = ("D-24",)


class _Daemon(Daemon):
    def __init__(self, worker_module: str) -> None:
        super().__init__(worker_module)
        if self.listener.family == socket.AF_INET:
            self.listener.close()
            self.listener = socket.create_server(("", 0))
            self.listener.settimeout(0)


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_listens_everywhere")

if __name__ == "__main__":
    run(_Daemon)
