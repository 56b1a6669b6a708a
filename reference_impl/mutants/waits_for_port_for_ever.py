"""Waits for the port without limit.

Must fail F-START-19: a daemon that never announces makes create() hang.
"""

from __future__ import annotations

from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker
from reference_impl.process import DaemonProcess

CLAUSE = "F-START-19"


class _Process(DaemonProcess):
    def wait_for_announcement(self, within_s: float) -> bytes:
        return super().wait_for_announcement(within_s + 86400)


class _Keeper(DaemonKeeper):
    process_class = _Process


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
