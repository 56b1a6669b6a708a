"""Takes the last port for none.

Must fail F-START-10: 65535 is a port as good as any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.process import DaemonProcess

CLAUSE = "F-START-10"

_LAST = 65535


class _Keeper(DaemonKeeper):
    def check_port(self, port: int, process: DaemonProcess) -> int:
        return super().check_port(0 if port == _LAST else port, process)


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
