"""Keeps the idle workers over a restart.

Must fail F-RST-09: a restart must close them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.process import DaemonProcess

CLAUSE = "F-RST-09"


class _Factory(PythonWorkerFactory):
    def stop_daemon(self) -> DaemonProcess | None:
        return self.keeper.stop()


make = Maker(_Factory)
