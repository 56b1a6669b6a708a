"""Asks the daemon to kill a pid that no process can have.

Must fail F-STOP-01: the kill request must have the registered pid.

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
        super().request_kill(registration._replace(pid=2**31 - 1))


make = Maker(_Factory)
