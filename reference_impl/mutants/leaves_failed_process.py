"""Leaves the process of a failed start alone.

Must fail F-START-15: a daemon with a bad port must be stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.process import DaemonProcess

CLAUSE = "F-START-15"


class _Keeper(DaemonKeeper):
    def forget_failed(self, process: DaemonProcess) -> None:
        """Forget it, but do not end it."""


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
