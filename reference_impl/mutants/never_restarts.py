"""Never restarts a lost daemon.

Must fail F-RST-01: a socket error in the first attempt must lead to a new daemon.

Also fails F-RST-02, F-RST-03, F-RST-04, F-RST-06, F-RST-08, F-RST-09, F-RST-11, F-CONC-03,
F-START-22 and F-STOP-06.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.errors import FactoryError

CLAUSE = "F-RST-01"
ALSO = (
    *("F-RST-02", "F-RST-03", "F-RST-04", "F-RST-06", "F-RST-08"),
    *("F-RST-09", "F-RST-11", "F-CONC-03", "F-START-22", "F-STOP-06"),
)


class _Factory(PythonWorkerFactory):
    def is_daemon_lost(self, error: FactoryError) -> bool:
        del error
        return False


make = Maker(_Factory)
