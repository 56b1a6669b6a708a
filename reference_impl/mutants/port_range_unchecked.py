"""Takes any number for a port.

Must fail F-START-10: 0 and 70000 must be refused with a message that says what they
are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.process import DaemonProcess

CLAUSE = "F-START-10"


class _Keeper(DaemonKeeper):
    def check_port(self, port: int, process: DaemonProcess) -> int:
        del process
        return port % 65536


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
