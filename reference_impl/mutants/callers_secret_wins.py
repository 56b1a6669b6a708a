"""Takes the secret of the caller's variables, if there is one.

Must fail F-START-05: the daemon must get the factory's secret, whatever envVars say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.auth import SECRET_VARIABLE
from reference_impl.factory import PythonWorkerFactory
from reference_impl.launch import Launcher
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.launch import Launch

CLAUSE = "F-START-05"


class _Launcher(Launcher):
    def daemon(self, secret: str) -> Launch:
        return super().daemon(self.settings.env_vars.get(SECRET_VARIABLE, secret))


class _Factory(PythonWorkerFactory):
    launcher_class = _Launcher


make = Maker(_Factory)
