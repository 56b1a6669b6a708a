"""A daemon that waits by select.

Must fail D-39: select cannot do descriptors of 1024 and more (SPARK-54640).
"""

from __future__ import annotations

import select

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-39"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Daemon(Daemon):
    def wait(self, fds: tuple[int, ...]) -> set[int]:
        return set(select.select(fds, [], [])[0])


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_selects")

if __name__ == "__main__":
    run(_Daemon)
