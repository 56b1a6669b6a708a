"""Does not tell what a failed daemon wrote to stderr.

Must fail F-START-13: the exception must have that text and the PYTHONPATH.

Also fails F-RST-08.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.errors import FactoryError
    from reference_impl.process import DaemonProcess

CLAUSE = "F-START-13"
ALSO = ("F-RST-08",)


class _Keeper(DaemonKeeper):
    def explained(self, process: DaemonProcess, error: FactoryError) -> FactoryError:
        process.wait_for_end(self.settings.process_wait_timeout_s)
        return error


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
