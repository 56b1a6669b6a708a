"""Says nothing about the daemon whose stdout ended.

Must fail F-START-11: the message must name the daemon module.

Also fails F-START-12.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import StartFailed
from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.process import DaemonProcess

CLAUSE = "F-START-11"
ALSO = ("F-START-12",)


class _Keeper(DaemonKeeper):
    def read_port(self, process: DaemonProcess) -> int:
        try:
            return super().read_port(process)
        except StartFailed:
            raise StartFailed("EOFException") from None


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
