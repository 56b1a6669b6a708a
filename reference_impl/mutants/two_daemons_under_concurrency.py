"""Lets every create() look for a daemon by itself.

Must fail F-CONC-01: concurrent calls start a daemon each.
"""

from __future__ import annotations

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "F-CONC-01"


class _NoLock:
    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:  # noqa: FBT
        return blocking or timeout > 0

    def release(self) -> None:
        """Nobody waits."""

    def __enter__(self) -> bool:
        return True

    def __exit__(self, *_: object) -> None:
        """Nobody waits."""


class _Factory(PythonWorkerFactory):
    lock_class = _NoLock


make = Maker(_Factory)
