"""A daemon that ends when a peer leaves before it has proved itself.

Must fail D-10: a peer that closes too early costs its own worker and nothing else.

Also fails D-09.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.forked import ForkedWorker
from reference_impl.making import Maker

CLAUSE = "D-10"
ALSO = ("D-09",)
_DESERTED = 7


class _Worker(ForkedWorker):
    def is_trusted(self) -> bool:
        if super().is_trusted():
            return True
        with suppress(BlockingIOError):
            flags = socket.MSG_PEEK | socket.MSG_DONTWAIT
            if not self.sock.recv(1, flags):
                os._exit(_DESERTED)
        return False


class _Daemon(Daemon):
    worker_class = _Worker

    def reap(self) -> None:
        for pid in list(self.children):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                self.children.discard(pid)
                self.is_over = self.is_over or os.waitstatus_to_exitcode(status) == _DESERTED


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_ends_with_deserted_worker")

if __name__ == "__main__":
    run(_Daemon)
