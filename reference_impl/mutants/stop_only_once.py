"""Fails when it is stopped twice.

Must fail F-STOP-08: stop() may be called at any time, and again.
"""

from __future__ import annotations

from reference_impl.errors import IllegalState
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "F-STOP-08"


class _Factory(PythonWorkerFactory):
    def stop(self) -> None:
        if self.settings.use_daemon and self.keeper.current is None:
            raise IllegalState("the factory does not run")
        super().stop()


make = Maker(_Factory)
