"""Lets the caller's variables override the factory's own.

Must fail F-START-05: a secret in envVars takes the place of the factory's.

Also fails F-START-04 and F-START-06.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.launch import Launcher
from reference_impl.making import Maker

if TYPE_CHECKING:
    from collections.abc import Mapping

CLAUSE = "F-START-05"
ALSO = ("F-START-04", "F-START-06")


class _Launcher(Launcher):
    def environment(self, own: Mapping[str, str]) -> dict[str, str]:
        return {**super().environment(own), **self.settings.env_vars}


class _Factory(PythonWorkerFactory):
    launcher_class = _Launcher


make = Maker(_Factory)
