"""Gives the daemon the caller's variables, but not our own environment.

Must fail F-START-03: variables that only our own environment has do not arrive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.launch import Launcher
from reference_impl.making import Maker

if TYPE_CHECKING:
    from collections.abc import Mapping

CLAUSE = "F-START-03"


class _Launcher(Launcher):
    def environment(self, own: Mapping[str, str]) -> dict[str, str]:
        inherited = super().environment(own)
        asked_for = {*self.settings.env_vars, *own}
        return {name: inherited[name] for name in asked_for}


class _Factory(PythonWorkerFactory):
    launcher_class = _Launcher


make = Maker(_Factory)
