"""A daemon whose workers hold the listening socket.

Must fail D-24: the port stays taken as long as one of them lives.

Also fails F-RST-06 and F-CONC-03.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    import socket
    from typing import NoReturn

CLAUSE = "D-24"
ALSO = ("F-RST-06", "F-CONC-03")


class _Daemon(Daemon):
    def leave_to_child(self, sock: socket.socket) -> NoReturn:
        self.listener = self.listener.dup()
        kept = self.listener.dup()
        try:
            super().leave_to_child(sock)
        finally:
            kept.close()


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_shares_listener")

if __name__ == "__main__":
    run(_Daemon)
