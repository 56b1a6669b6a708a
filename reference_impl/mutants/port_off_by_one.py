"""Takes 65536 for a port.

Must fail F-START-10: it must be refused with a message that says what it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.process import DaemonProcess

CLAUSE = "F-START-10"
_ONE_TOO_MANY = 65536


class _Keeper(DaemonKeeper):
    def check_port(self, port: int, process: DaemonProcess) -> int:
        if port == _ONE_TOO_MANY:
            return port
        return super().check_port(port, process)


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
