"""Passes the secret under another name.

Must fail F-START-05: the daemon finds no PYTHON_WORKER_FACTORY_SECRET.
"""

from __future__ import annotations

from reference_impl.auth import SECRET_VARIABLE
from reference_impl.factory import PythonWorkerFactory
from reference_impl.launch import Launcher
from reference_impl.making import Maker

CLAUSE = "F-START-05"


class _Launcher(Launcher):
    def own_variables(self, secret: str) -> dict[str, str]:
        own = super().own_variables(secret)
        own["PYTHON_WORKER_SECRET"] = own.pop(SECRET_VARIABLE)
        return own


class _Factory(PythonWorkerFactory):
    launcher_class = _Launcher


make = Maker(_Factory)
