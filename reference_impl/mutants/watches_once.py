"""Starts the thread that watches idle workers once, and not again when it has ended.

Must fail F-POOL-07: once a pool was empty for a whole time-out, nobody closes what is
released later.
"""

from __future__ import annotations

from typing import Any

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.pool import IdlePool

CLAUSE = "F-POOL-07"


class _Pool(IdlePool):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._has_watched = False

    def _ensure_monitor(self) -> None:
        if not self._has_watched:
            super()._ensure_monitor()
        self._has_watched = True


class _Factory(PythonWorkerFactory):
    pool_class = _Pool


make = Maker(_Factory)
