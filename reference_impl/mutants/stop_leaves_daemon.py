"""Forgets the daemon without ending it.

Must fail F-STOP-07: stop() must end the daemon, by SIGTERM and by hanging up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.process import DaemonProcess

CLAUSE = "F-STOP-07"


class _Keeper(DaemonKeeper):
    def end(self, process: DaemonProcess) -> None:
        """Let it live."""


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
