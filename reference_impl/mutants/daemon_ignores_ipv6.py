"""A daemon that listens on IPv4 alone.

Must fail D-04: with SPARK_PREFER_IPV6 it must listen on ::1.
"""

from __future__ import annotations

import os

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-04"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Daemon(Daemon):
    def __init__(self, worker_module: str) -> None:
        os.environ.pop("SPARK_PREFER_IPV6", None)
        super().__init__(worker_module)


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_ignores_ipv6")

if __name__ == "__main__":
    run(_Daemon)
