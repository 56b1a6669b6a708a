"""Closes in stop() the idle workers of the daemon that it ends, and no others.

Must fail F-STOP-07: an idle worker may have outlived an earlier daemon, and stop() must
close it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.process import DaemonProcess

CLAUSE = "F-STOP-07"
MACHINE = "faults"
STORY = 4


class _Factory(PythonWorkerFactory):
    def stop_daemon(self) -> DaemonProcess | None:
        generation = self.keeper.generations if self.keeper.current else 0
        for sock in self.pool.members():
            registration = self.registry.get(sock)
            if registration is None or registration.generation == generation:
                self.pool.remove(sock)
                self.close_idle(sock)
        return self.keeper.stop()


make = Maker(_Factory)
