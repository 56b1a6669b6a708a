"""Keeps the idle workers over a restart.

Must fail F-RST-09: a restart must close them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.errors import FactoryError
    from reference_impl.process import DaemonProcess

CLAUSE = "F-RST-09"


class _Factory(PythonWorkerFactory):
    is_restarting = False

    def warn_of_restart(self, error: FactoryError) -> None:
        super().warn_of_restart(error)
        self.is_restarting = True

    def stop_daemon(self) -> DaemonProcess | None:
        if not self.is_restarting:
            return super().stop_daemon()
        self.is_restarting = False
        return self.keeper.stop()


make = Maker(_Factory)
