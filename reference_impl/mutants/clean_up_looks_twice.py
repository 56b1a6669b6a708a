"""Looks for idle workers first and closes them later.

Must fail F-CONC-05: one that was handed out in between is closed too.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.pool import IdlePool

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

CLAUSE = "F-CONC-05"


class _Pool(IdlePool):
    seen: Sequence[socket.socket] = ()

    def overdue(self) -> list[socket.socket]:
        if self.left_s() > 0:
            return []
        self.seen = self.members()
        threading.Event().wait(0.2)  # time enough for a caller to take one
        self.seen = ()
        return super().overdue()


class _Factory(PythonWorkerFactory):
    pool_class = _Pool

    def hand_out(self, sock: socket.socket) -> None:
        super().hand_out(sock)
        if isinstance(self.pool, _Pool) and sock in self.pool.seen:
            sock.close()


make = Maker(_Factory)
