"""Tells the daemon to prefer IPv6 though nobody does.

Must fail F-START-07: SPARK_PREFER_IPV6 must be set exactly when IPv6 is preferred.
"""

from __future__ import annotations

from reference_impl.factory import PythonWorkerFactory
from reference_impl.launch import Launcher
from reference_impl.making import Maker

CLAUSE = "F-START-07"


class _Launcher(Launcher):
    def own_variables(self, secret: str) -> dict[str, str]:
        return {**super().own_variables(secret), "SPARK_PREFER_IPV6": "True"}


class _Factory(PythonWorkerFactory):
    launcher_class = _Launcher


make = Maker(_Factory)
