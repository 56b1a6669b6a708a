"""Makes a new secret for every daemon.

Must fail F-START-22: a factory has one secret for all its life.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl import auth
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.process import DaemonProcess

CLAUSE = "F-START-22"


class _Factory(PythonWorkerFactory):
    def stop_daemon(self) -> DaemonProcess | None:
        self.secret = auth.new_secret()
        return super().stop_daemon()


make = Maker(_Factory)
