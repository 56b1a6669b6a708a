"""Starts the daemon again when it did not start.

Must fail F-START-20: a failed start must not be retried of the factory's own accord.

Also fails F-START-12, F-START-13, F-START-14, F-START-15 and F-RST-08.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import FactoryError
from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.attempt import Attempt
    from reference_impl.process import DaemonProcess

CLAUSE = "F-START-20"
ALSO = ("F-START-12", "F-START-13", "F-START-14", "F-START-15", "F-RST-08")


class _Keeper(DaemonKeeper):
    def start(self, secret: str, attempt: Attempt) -> DaemonProcess:
        try:
            return super().start(secret, attempt)
        except FactoryError:
            return super().start(secret, attempt)


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
