"""A daemon that stays when its stdin ends.

Must fail D-17: it must end, and take its workers along.

Also fails D-44, by which it must end with a full pipe on its stderr, too.
"""

from __future__ import annotations

import os

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-17"
ALSO = ("D-44",)


class _Daemon(Daemon):
    def read_requests(self) -> None:
        super().read_requests()
        if self.is_over:
            self.is_over = False
            os.dup2(os.memfd_create("silence"), 0)
            os.dup2(os.pipe()[0], 0)


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_ignores_hang_up")

if __name__ == "__main__":
    run(_Daemon)
