"""Starts the daemon when the factory is made.

Must fail F-START-01: nobody has asked for a worker yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.attempt import Attempt
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.settings import Settings

CLAUSE = "F-START-01"


class _Factory(PythonWorkerFactory):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        if settings.use_daemon:
            self.keeper.start(self.secret, Attempt())


make = Maker(_Factory)
