"""A daemon that prints before it announces.

Must fail D-03: the announcement is the first thing on its stdout.
"""

from __future__ import annotations

import sys

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-03"


class _Daemon(Daemon):
    def run(self) -> int:
        sys.stdout.write("hello")
        sys.stdout.flush()
        return super().run()


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_text_first")

if __name__ == "__main__":
    run(_Daemon)
