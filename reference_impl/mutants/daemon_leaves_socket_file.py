"""A daemon that leaves its socket file behind.

Must fail D-37: it must remove it on an orderly end.
"""

from __future__ import annotations

import socket

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-37"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Daemon(Daemon):
    def end_workers(self) -> None:
        name = self.listener.getsockname()
        super().end_workers()
        with socket.socket(self.listener.family or socket.AF_UNIX) as other:
            if isinstance(name, str):
                other.bind(name)


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_leaves_socket_file")

if __name__ == "__main__":
    run(_Daemon)
