"""Looks for an idle worker at once, and takes it when its turn has come.

Must fail F-CONC-02: two callers may see the same worker, while they look for its process
or wait for a create() that is busy with the daemon, and then both take it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.liveness import is_running
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket

    from reference_impl.registry import Registration

CLAUSE = "F-CONC-02"
MACHINE = "races"
STORY = 4


class _Factory(PythonWorkerFactory):
    def reuse(self) -> tuple[socket.socket, int] | None:
        for sock in self.pool.members():
            registration = self.registry.get(sock)
            if registration is not None and self.is_usable(sock, registration):
                with self._creating:
                    self.pool.remove(sock)
                self.hand_out(sock)
                return sock, registration.pid
            self.pool.remove(sock)
            self.discard(sock, registration)
        return None

    def is_usable(self, sock: socket.socket, registration: Registration) -> bool:
        is_listed = not registration.was_running or registration.pid in processes()
        return is_listed and super().is_usable(sock, registration)


def processes() -> list[int]:
    """The processes that run, as `ps` lists them."""
    names = (entry.name for entry in Path("/proc").iterdir())
    return [int(name) for name in names if name.isdecimal() and is_running(int(name))]


make = Maker(_Factory)
