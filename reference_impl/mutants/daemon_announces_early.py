"""A daemon that begins to announce its port before it listens.

Must fail D-02: it must listen by then; here the second half of the announcement waits.
"""

from __future__ import annotations

import os
import socket

from reference_impl import listening
from reference_impl.daemon import Daemon, run
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

CLAUSE = "D-02"


class _Daemon(Daemon):
    def announce(self) -> None:
        family, address = self.listener.family, self.listener.getsockname()
        announcement = listening.announcement(self.listener)
        self.listener.close()
        os.write(1, announcement[:2])
        self.listener = socket.create_server(address, family=family)
        self.listener.settimeout(0)
        os.write(1, announcement[2:])


make = Maker(PythonWorkerFactory, "reference_impl.mutants.daemon_announces_early")

if __name__ == "__main__":
    run(_Daemon)
