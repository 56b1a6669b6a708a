"""Does not read stderr before the port has come.

Must fail F-START-18: a talkative start blocks at the pipe's capacity, and so does
create().
"""

from __future__ import annotations

import select

from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker
from reference_impl.process import DaemonProcess

CLAUSE = "F-START-18"


class _Process(DaemonProcess):
    def drain(self) -> None:
        stdout = self.child.popen.stdout
        if stdout is not None:
            select.select([stdout], [], [])
        super().drain()


class _Keeper(DaemonKeeper):
    process_class = _Process


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
