"""Takes what comes first on the daemon's stdout for the whole port.

Must fail F-START-09: the port is four bytes, which may come in two pieces.

Also fails F-START-19.
"""

from __future__ import annotations

from reference_impl import wire
from reference_impl.factory import PythonWorkerFactory
from reference_impl.keeper import DaemonKeeper
from reference_impl.making import Maker
from reference_impl.process import DaemonProcess

CLAUSE = "F-START-09"
ALSO = ("F-START-19",)


class _Process(DaemonProcess):
    def take(self, name: str, chunk: bytes) -> None:
        if name == "stdout" and chunk and not self._announcement:
            chunk = chunk.rjust(wire.INT_BYTES, b"\0")
        super().take(name, chunk)


class _Keeper(DaemonKeeper):
    process_class = _Process


class _Factory(PythonWorkerFactory):
    keeper_class = _Keeper


make = Maker(_Factory)
