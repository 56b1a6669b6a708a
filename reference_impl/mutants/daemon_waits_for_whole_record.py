"""A daemon that does nothing else until a kill request is complete.

Must fail D-16: it should go on accepting.
"""

from __future__ import annotations

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-16"


class _Daemon(Daemon):
    def read_requests(self) -> None:
        super().read_requests()
        while self.requests and not self.is_over:
            super().read_requests()


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_waits_for_whole_record")

if __name__ == "__main__":
    run(_Daemon)
