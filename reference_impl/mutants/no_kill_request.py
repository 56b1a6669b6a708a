"""Closes a stopped worker without a kill request.

Must fail F-STOP-01: a busy worker would not notice.

Also fails F-CONN-12, F-POOL-14, F-POOL-17, F-STOP-02, F-STOP-04 and F-STOP-06.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.registry import Registration

CLAUSE = "F-STOP-01"
ALSO = ("F-CONN-12", "F-POOL-14", "F-POOL-17", "F-STOP-02", "F-STOP-04", "F-STOP-06")


class _Factory(PythonWorkerFactory):
    def request_kill(self, registration: Registration) -> None:
        """Spare the daemon."""


make = Maker(_Factory)
