"""Waits until a daemon ends that has announced no port.

Must fail F-START-14: it must give up after about 10 s.

Also fails F-START-12.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.errors import FactoryError
    from reference_impl.process import DaemonProcess

CLAUSE = "F-START-14"
ALSO = ("F-START-12",)


class _Keeper(DaemonKeeper):
    def explained(self, process: DaemonProcess, error: FactoryError) -> FactoryError:
        process.wait_for_end(86400)
        return super().explained(process, error)


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
