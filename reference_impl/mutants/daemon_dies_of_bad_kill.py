"""A daemon that ends when it is asked to kill a pid that it does not know.

Must fail D-13: it must survive such requests.

Also fails D-12, D-14 and D-15.
"""

from __future__ import annotations

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-13"
ALSO = ("D-12", "D-14", "D-15")


class _Daemon(Daemon):
    def kill(self, pid: int) -> None:
        self.children.remove(pid)
        self.children.add(pid)
        super().kill(pid)


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_dies_of_bad_kill")

if __name__ == "__main__":
    run(_Daemon)
