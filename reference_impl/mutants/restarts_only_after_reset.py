"""Takes a refused connection for no reason to restart.

Must fail F-RST-06: a daemon that has died refuses connections, and must be replaced.

Also fails F-RST-01, F-RST-02, F-RST-11, F-CONC-03, F-START-22 and F-STOP-06.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.errors import FactoryError

CLAUSE = "F-RST-06"
ALSO = ("F-RST-01", "F-RST-02", "F-RST-11", "F-CONC-03", "F-START-22", "F-STOP-06")


class _Factory(PythonWorkerFactory):
    def is_daemon_lost(self, error: FactoryError) -> bool:
        return "refused" not in str(error) and super().is_daemon_lost(error)


make = Maker(_Factory)
