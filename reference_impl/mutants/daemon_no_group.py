"""A daemon that stays in its parent's process group.

Must fail D-01: its end could not take the workers along.
"""

from __future__ import annotations

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-01"


class _Daemon(Daemon):
    def lead_group(self) -> None:
        """Stay in the parent's."""


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_no_group")

if __name__ == "__main__":
    run(_Daemon)
