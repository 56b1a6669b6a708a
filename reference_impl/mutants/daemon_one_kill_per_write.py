"""A daemon that heeds only the first of several kill requests.

Must fail D-14: all records of one write must be executed.

Also fails D-12 and D-15.
"""

from __future__ import annotations

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-14"
ALSO = ("D-12", "D-15")


class _Daemon(Daemon):
    def read_requests(self) -> None:
        super().read_requests()
        self.has_killed = False

    def kill(self, pid: int) -> None:
        if not self.has_killed:
            super().kill(pid)
        self.has_killed = True

    has_killed = False


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_one_kill_per_write")

if __name__ == "__main__":
    run(_Daemon)
