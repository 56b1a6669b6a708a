"""Passes the worker module where it must not.

Must fail F-START-02: before Spark 4.0 the daemon's command ends with the daemon module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.launch import Launcher
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.launch import Launch

CLAUSE = "F-START-02"


class _Launcher(Launcher):
    def daemon(self, secret: str) -> Launch:
        launch = super().daemon(secret)
        return launch._replace(command=[*launch.command, self.settings.worker_module])


class _Factory(PythonWorkerFactory):
    launcher_class = _Launcher


make = Maker(_Factory)
