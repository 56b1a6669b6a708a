"""Keeps the connection when the secret was refused.

Must fail F-CONN-09: the worker waits for an end that never comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.errors import AuthenticationFailed
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.process import DaemonProcess
    from reference_impl.registry import Registration
    from reference_impl.settings import Settings

CLAUSE = "F-CONN-09"


class _Factory(PythonWorkerFactory):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.kept: list[socket.socket] = []

    def shake_hands(self, sock: socket.socket, process: DaemonProcess) -> Registration:
        try:
            return super().shake_hands(sock, process)
        except AuthenticationFailed:
            self.kept.append(sock.dup())
            raise


make = Maker(_Factory)
