"""Hands out the idle worker that was reused most often, and the oldest of those.

Must fail F-POOL-02: a worker that has been idle for longer, but was never reused, has to
wait.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.pool import IdlePool

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

CLAUSE = "F-POOL-02"
MACHINE = "lifecycle"
STORY = 7


class _Pool(IdlePool):
    def __init__(self, timeout_s: float, close: Callable[[socket.socket], None], name: str) -> None:
        super().__init__(timeout_s, close, name)
        self._reuses: Counter[socket.socket] = Counter()

    def take(self) -> socket.socket | None:
        with self._changed:
            if not self._idle:
                return None
            warmest = max(self._idle, key=self._reuses.__getitem__)
            del self._idle[warmest]
            self._reuses[warmest] += 1
            return warmest

    def remove(self, sock: socket.socket) -> None:
        super().remove(sock)
        self._reuses.pop(sock, None)

    def clear(self) -> list[socket.socket]:
        self._reuses.clear()
        return super().clear()


class _Factory(PythonWorkerFactory):
    pool_class = _Pool


make = Maker(_Factory)
