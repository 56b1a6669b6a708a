"""Puts the caller's PYTHONPATH before the factory's.

Must fail F-START-06: a module of the caller's could take the place of the daemon's.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.launch import Launcher
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.settings import Settings

CLAUSE = "F-START-06"


class _Launcher(Launcher):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        own, _, rest = self.python_path.partition(os.pathsep)
        self.python_path = os.pathsep.join(filter(None, (rest, own)))


class _Factory(PythonWorkerFactory):
    launcher_class = _Launcher


make = Maker(_Factory)
