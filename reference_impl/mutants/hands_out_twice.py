"""Queues a worker as often as it is released.

Must fail F-POOL-12: one worker must not have two owners.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.pool import IdlePool

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

CLAUSE = "F-POOL-12"


class _Pool(IdlePool):
    def __init__(self, timeout_s: float, close: Callable[[socket.socket], None], name: str) -> None:
        super().__init__(timeout_s, close, name)
        self.again: list[socket.socket] = []

    def add(self, sock: socket.socket, most: int | None) -> list[socket.socket]:
        if sock in self.members():
            self.again.append(sock)
        return super().add(sock, most)

    def take(self) -> socket.socket | None:
        return super().take() or (self.again.pop() if self.again else None)


class _Factory(PythonWorkerFactory):
    pool_class = _Pool


make = Maker(_Factory)
