"""Tells a simple worker the wrong port.

Must fail F-SIMP-01: PYTHON_WORKER_FACTORY_PORT must be that on which the factory
listens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.launch import Launcher
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.launch import Launch

CLAUSE = "F-SIMP-01"


class _Launcher(Launcher):
    def simple_worker(self, secret: str, port: int) -> Launch:
        del port
        return super().simple_worker(secret, 1)


class _Factory(PythonWorkerFactory):
    launcher_class = _Launcher


make = Maker(_Factory)
