"""What the tests of processes share: factories that end with their test, waits, echoes."""

from __future__ import annotations

import struct
import sys
import threading
from typing import TYPE_CHECKING

import psutil

from reference_impl import make

if TYPE_CHECKING:
    import os
    import socket
    from collections.abc import Callable

    from reference_impl.factory import PythonWorkerFactory
    from reference_impl.making import Maker

LIMIT_S = 10.0


class Workshop:
    """Makes factories, and sees that nothing of them is left."""

    def __init__(self, folder: os.PathLike[str]) -> None:
        self.folder = folder
        self.sockets: list[socket.socket] = []
        self._factories: list[PythonWorkerFactory] = []

    def factory(
        self,
        *,
        maker: Maker = make,
        env_vars: dict[str, str] | None = None,
        **wishes: object,
    ) -> PythonWorkerFactory:
        """A factory whose children can also import from the test's folder."""
        variables = {"SPARK_REUSE_WORKER": "1", "PYTHONPATH": str(self.folder)}
        made = maker(
            sys.executable,
            {**variables, **(env_vars or {})},
            **wishes,  # type: ignore[arg-type]
        )
        self._factories.append(made)
        return made

    def create(self, factory: PythonWorkerFactory) -> tuple[socket.socket, int]:
        """A worker whose socket is closed with the test."""
        sock, pid = factory.create()
        assert pid is not None
        self.sockets.append(sock)
        return sock, pid

    def close(self) -> None:
        """Stop everything; fail if a child or a thread of ours stays."""
        for sock in self.sockets:
            sock.close()
        for factory in self._factories:
            factory.stop()
        wait_until(lambda: not psutil.Process().children(recursive=True))
        wait_until(lambda: not _own_threads())


def wait_until(is_so: Callable[[], object]) -> None:
    """Wait for a condition that another process or thread brings about."""
    ticker = threading.Event()
    for _ in range(int(LIMIT_S / 0.005)):
        if is_so():
            return
        ticker.wait(0.005)
    raise AssertionError("it did not come about in time")


def is_gone(pid: int) -> bool:
    """Whether the process has ended, be it reaped or not."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def exchange(sock: socket.socket, body: bytes = b"hello") -> tuple[int, bytes]:
    """Do one task: the pid of who answers, and the echo."""
    sock.settimeout(LIMIT_S)
    sock.sendall(struct.pack("!i", len(body)) + body)
    pid, length = struct.unpack("!ii", receive(sock, 8))
    return pid, receive(sock, length)


def receive(sock: socket.socket, size: int) -> bytes:
    """Exactly so many bytes."""
    raw = b""
    while len(raw) < size:
        chunk = sock.recv(size - len(raw))
        assert chunk, "the peer has closed"
        raw += chunk
    return raw


def _own_threads() -> list[threading.Thread]:
    names = ("Idle Worker Monitor", "stream reader", "Python child watcher")
    return [t for t in threading.enumerate() if t.name.startswith(names)]
