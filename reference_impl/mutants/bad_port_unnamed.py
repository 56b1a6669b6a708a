"""Refuses a bad port without saying which.

Must fail F-START-10: the message must have the number, the command and the PYTHONPATH.

Also fails F-START-09.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import InvalidPort
from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.process import DaemonProcess

CLAUSE = "F-START-10"
ALSO = ("F-START-09",)


class _Keeper(DaemonKeeper):
    def check_port(self, port: int, process: DaemonProcess) -> int:
        try:
            return super().check_port(port, process)
        except InvalidPort:
            raise InvalidPort("Invalid port number") from None


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
