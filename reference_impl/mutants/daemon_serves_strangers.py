"""A daemon whose workers do the tasks of whoever was refused.

Must fail D-09: no task may run before the secret was accepted (CVE-2018-1334).

Also fails D-08 and D-21.
"""

from __future__ import annotations

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-09"
ALSO = ("D-08", "D-21")


class _Worker(ForkedWorker):
    def is_trusted(self) -> bool:
        super().is_trusted()
        return True


class _Daemon(Daemon):
    worker_class = _Worker


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_serves_strangers")

if __name__ == "__main__":
    run(_Daemon)
