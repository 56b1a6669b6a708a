"""A daemon whose workers end at once after a task that ended badly.

Must fail D-31: they must wait for the peer to close.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from reference_impl import serving
from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

if TYPE_CHECKING:
    import io

CLAUSE = "D-31"


class _Worker(ForkedWorker):
    def serve(self) -> int:
        task = import_module(self.worker_module).main

        def hasty(infile: io.BufferedReader, outfile: io.BufferedWriter) -> None:
            try:
                task(infile, outfile)
            except SystemExit as error:
                if error.code:
                    os._exit(1)
                raise

        reuse = bool(os.environ.get(serving.REUSE_VARIABLE))
        return serving.serve(self.sock, hasty, reuse=reuse)


class _Daemon(Daemon):
    worker_class = _Worker


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_ends_after_bad_task")

if __name__ == "__main__":
    run(_Daemon)
