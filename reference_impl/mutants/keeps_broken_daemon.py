"""Keeps a daemon recorded that did not start.

Must fail F-START-15: after a failed start there is no daemon.

Also fails F-START-16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.process import DaemonProcess

CLAUSE = "F-START-15"
ALSO = ("F-START-16",)


class _Keeper(DaemonKeeper):
    def forget_failed(self, process: DaemonProcess) -> None:
        super().forget_failed(process)
        process.port = process.port or 1
        self.current = process


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
