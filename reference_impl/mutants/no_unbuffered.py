"""Does not set PYTHONUNBUFFERED.

Must fail F-START-04: the daemon's output could stay in a buffer.
"""

from __future__ import annotations

from reference_impl.factory import PythonWorkerFactory
from reference_impl.launch import Launcher
from reference_impl.making import Maker

CLAUSE = "F-START-04"


class _Launcher(Launcher):
    def own_variables(self, secret: str) -> dict[str, str]:
        own = super().own_variables(secret)
        del own["PYTHONUNBUFFERED"]
        return own


class _Factory(PythonWorkerFactory):
    launcher_class = _Launcher


make = Maker(_Factory)
