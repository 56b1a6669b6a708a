"""Makes a secret of 32 bits.

Must fail F-START-23: by default a secret has 256 bits.

Also fails F-START-05.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl import auth
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.settings import Settings

CLAUSE = "F-START-23"
ALSO = ("F-START-05",)


class _Factory(PythonWorkerFactory):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.secret = auth.new_secret()[:8]


make = Maker(_Factory)
