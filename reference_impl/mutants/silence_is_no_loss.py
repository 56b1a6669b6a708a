"""Gives up a silent worker without a restart.

Must fail F-RST-07: a silent worker means that the daemon is lost.

Also fails F-CONN-15.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import SilentWorker
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.errors import FactoryError

CLAUSE = "F-RST-07"
ALSO = ("F-CONN-15",)
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Factory(PythonWorkerFactory):
    def is_daemon_lost(self, error: FactoryError) -> bool:
        return not isinstance(error, SilentWorker) and super().is_daemon_lost(error)


make = Maker(_Factory)
