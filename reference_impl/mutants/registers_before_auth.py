"""Registers a worker before it has accepted the secret.

Must fail F-CONN-11: a worker whose handshake failed must not be registered.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reference_impl.errors import AuthenticationFailed
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.registry import Registration

if TYPE_CHECKING:
    import socket

    from reference_impl.process import DaemonProcess
    from reference_impl.settings import Settings

CLAUSE = "F-CONN-11"


class _Factory(PythonWorkerFactory):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.seen: list[socket.socket] = []

    def shake_hands(self, sock: socket.socket, process: DaemonProcess) -> Registration:
        try:
            return super().shake_hands(sock, process)
        except AuthenticationFailed:
            self.seen.append(sock)  # the registry's keys are weak
            self.registry.add(sock, Registration(os.getpid(), 1, was_running=True))
            raise


make = Maker(_Factory)
