"""Leaves the process of a failed start alone.

Must fail F-START-15: a daemon with a bad port must be stopped.
"""

from __future__ import annotations

from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker
from reference_impl.process import DaemonProcess

CLAUSE = "F-START-15"


class _Process(DaemonProcess):
    @property
    def is_broken_off(self) -> bool:
        return self._is_interrupted


class _Keeper(DaemonKeeper):
    process_class = _Process

    def forget_failed(self, process: DaemonProcess) -> None:
        if isinstance(process, _Process) and process.is_broken_off:
            super().forget_failed(process)


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
