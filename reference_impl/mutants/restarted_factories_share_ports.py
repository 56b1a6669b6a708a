"""Keeps the ports of later daemons in one table for all factories, by generation.

Must fail F-CONN-01: of two factories that have restarted, the one that did so first
connects to the other's daemon from then on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.attempt import Attempt
    from reference_impl.process import DaemonProcess

CLAUSE = "F-CONN-01"
MACHINE = "lives"
STORY = 7


class _Keeper(DaemonKeeper):
    ports: ClassVar[dict[int, int]] = {}

    def start(self, secret: str, attempt: Attempt) -> DaemonProcess:
        process = super().start(secret, attempt)
        if process.generation > 1:
            self.ports[process.generation] = process.port
        return process

    def ensure(self, secret: str, attempt: Attempt) -> DaemonProcess:
        process = self.current
        if process is None:
            return self.start(secret, attempt)
        if process.generation > 1:
            process.port = self.ports[process.generation]
        return process


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
