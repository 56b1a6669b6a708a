"""A daemon whose workers end with status 0 after an exception.

Must fail D-32: the status must be 1.
"""

from __future__ import annotations

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-32"


class _Worker(ForkedWorker):
    def serve(self) -> int:
        try:
            return super().serve()
        except Exception:  # noqa: BLE001 - the mistake
            return 0


class _Daemon(Daemon):
    worker_class = _Worker


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_hides_exceptions")

if __name__ == "__main__":
    run(_Daemon)
