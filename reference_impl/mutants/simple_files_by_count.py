"""Files each simple worker under the number of those on file.

Must fail F-SIMP-09: once one was stopped, the next takes the place of one that lives, and
stop() does not find that one any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.simple import SimpleWorkers

if TYPE_CHECKING:
    import socket

    from reference_impl.children import Child
    from reference_impl.launch import Launcher
    from reference_impl.settings import Settings

CLAUSE = "F-SIMP-09"
MACHINE = "simple"
STORY = 4


class _SimpleWorkers(SimpleWorkers):
    def __init__(self, settings: Settings, launcher: Launcher) -> None:
        super().__init__(settings, launcher)
        self.files: dict[int, Child] = {}

    def _start(self, server: socket.socket, living: socket.socket, secret: str) -> Child:
        child = super()._start(server, living, secret)
        with self._lock:
            self.files[len(self.files)] = child
        return child

    def stop_worker(self, sock: socket.socket) -> None:
        with self._lock:
            child = self._children.get(sock)
            self.files = {at: one for at, one in self.files.items() if one is not child}
        super().stop_worker(sock)

    def stop(self) -> None:
        with self._lock:
            self._living.intersection_update(self.files.values())
        super().stop()


class _Factory(PythonWorkerFactory):
    simple_class = _SimpleWorkers


make = Maker(_Factory)
