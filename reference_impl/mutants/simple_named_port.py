"""Passes the port to a simple worker as an argument too.

Must fail F-SIMP-01: its command is `<exec> -m <workerModule>`, and no more.
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
        launch = super().simple_worker(secret, port)
        return launch._replace(command=[*launch.command, str(port)])


class _Factory(PythonWorkerFactory):
    launcher_class = _Launcher


make = Maker(_Factory)
