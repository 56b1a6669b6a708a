"""Opens a second connection for each worker when two are at work already.

Must fail F-CONN-01: a worker costs one connection; here the daemon forks two.

Also fails F-CONC-01 and F-CONC-02.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.process import DaemonProcess
    from reference_impl.registry import Registration

CLAUSE = "F-CONN-01"
ALSO = ("F-CONC-01", "F-CONC-02")
_FEW = 2


class _Factory(PythonWorkerFactory):
    def shake_hands(self, sock: socket.socket, process: DaemonProcess) -> Registration:
        registration = super().shake_hands(sock, process)
        if len(self.registry.pids()) < _FEW:
            return registration
        with self.new_socket() as spare:
            super().shake_hands(spare, process)
        return registration


make = Maker(_Factory)
