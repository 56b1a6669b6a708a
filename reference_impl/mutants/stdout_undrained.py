"""Reads the port from stdout and nothing after it.

Must fail F-START-17: a daemon that prints blocks when the pipe is full.
"""

from __future__ import annotations

from reference_impl import wire
from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker
from reference_impl.process import DaemonProcess

CLAUSE = "F-START-17"


class _Process(DaemonProcess):
    def take(self, name: str, chunk: bytes) -> None:
        super().take(name, chunk)
        if len(self._announcement) == wire.INT_BYTES:
            self.child.ended.wait()  # neither stream is read while it lives


class _Keeper(DaemonKeeper):
    process_class = _Process


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
