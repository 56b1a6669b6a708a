"""Takes an orderly end for a lost daemon.

Must fail F-RST-05: the end of a connection must not cause a restart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import EndOfStream
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.errors import FactoryError

CLAUSE = "F-RST-05"


class _Factory(PythonWorkerFactory):
    def is_daemon_lost(self, error: FactoryError) -> bool:
        return isinstance(error, EndOfStream) or super().is_daemon_lost(error)


make = Maker(_Factory)
