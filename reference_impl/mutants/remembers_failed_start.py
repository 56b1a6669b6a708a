"""Never starts a daemon again after a start has failed.

Must fail F-START-16: the next create() must start a new daemon.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import FactoryError, Stopped
from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.attempt import Attempt
    from reference_impl.process import DaemonProcess

CLAUSE = "F-START-16"


class _Keeper(DaemonKeeper):
    failure: FactoryError | None = None

    def start(self, secret: str, attempt: Attempt) -> DaemonProcess:
        if self.failure is not None:
            raise self.failure
        try:
            return super().start(secret, attempt)
        except Stopped:
            raise
        except FactoryError as error:
            self.failure = error
            raise


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
