"""Has one secret for all factories.

Must fail F-START-23: whoever knows the secret of one factory knows them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl import auth
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.settings import Settings

CLAUSE = "F-START-23"


_SECRET = auth.new_secret()


class _Factory(PythonWorkerFactory):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.secret = _SECRET


make = Maker(_Factory)
