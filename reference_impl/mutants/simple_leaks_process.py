"""Leaves the process of a simple worker whose handshake failed.

Must fail F-SIMP-10: it should be terminated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.simple import SimpleWorkers

if TYPE_CHECKING:
    from reference_impl.children import Child

CLAUSE = "F-SIMP-10"


class _SimpleWorkers(SimpleWorkers):
    def give_up(self, child: Child) -> None:
        """Let it live."""


class _Factory(PythonWorkerFactory):
    simple_class = _SimpleWorkers


make = Maker(_Factory)
