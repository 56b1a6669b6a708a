"""Prefers IPv6 though nobody does.

Must fail F-START-07: SPARK_PREFER_IPV6 must be set exactly when IPv6 is preferred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.launch import Launcher
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.settings import Settings

CLAUSE = "F-START-07"


class _Launcher(Launcher):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.is_ipv6_preferred = True


class _Factory(PythonWorkerFactory):
    launcher_class = _Launcher


make = Maker(_Factory)
