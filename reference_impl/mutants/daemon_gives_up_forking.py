"""A daemon that does not try again when a fork is refused for now.

Must fail D-26: after EAGAIN it must try once more.
"""

from __future__ import annotations

import os

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-26"


class _Daemon(Daemon):
    def fork_twice(self) -> int:
        return os.fork()


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_gives_up_forking")

if __name__ == "__main__":
    run(_Daemon)
