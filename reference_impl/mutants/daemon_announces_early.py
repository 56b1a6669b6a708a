"""A daemon that announces its port before it listens.

Must fail D-02: a factory that is fast would be refused.
"""

from __future__ import annotations

import os
import select
import socket

from reference_impl import wire
from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-02"


class _Daemon(Daemon):
    def announce(self) -> None:
        family, address = self.listener.family, self.listener.getsockname()
        self.listener.close()
        os.write(1, wire.pack_int(address[1]))
        select.select([], [], [], 0.5)
        self.listener = socket.create_server(address, family=family)
        self.listener.settimeout(0)


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_announces_early")

if __name__ == "__main__":
    run(_Daemon)
