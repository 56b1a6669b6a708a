"""Restarts without a word.

Must fail F-RST-02: two lines at WARN must tell about the restart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.errors import FactoryError

CLAUSE = "F-RST-02"


class _Factory(PythonWorkerFactory):
    def warn_of_restart(self, error: FactoryError) -> None:
        """Say nothing."""


make = Maker(_Factory)
