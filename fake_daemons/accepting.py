"""The daemon's connections: accept one, fork its worker, let go of it."""

from __future__ import annotations

import os
from _socket import AF_INET, AF_INET6, AF_UNIX, MSG_DONTWAIT, SOCK_STREAM, SOMAXCONN
from errno import EAGAIN, EINTR

from fake_daemons.kernel import TYPE_CHECKING, Socket, override
from fake_daemons.mischief import Actions, hang, nothing, step
from fake_daemons.process import Process
from fake_daemons.wire import pack
from fake_daemons.worker_life import Worker

if TYPE_CHECKING:
    from fake_daemons.faults import Fault
    from fake_daemons.scene import Scene
    from fake_daemons.sightings import Sightings

#: pyspark.daemon listens with max(1024, SOMAXCONN).
_BACKLOG = max(1024, SOMAXCONN)
_BOMB_LIMIT = "16"
#: How long pyspark.daemon waits before it forks again, in seconds.
_FORK_PAUSE_S = 1.0
_LOOK_BYTES = 65536
#: How long after the port the first connection may take, in seconds.
_ARRIVAL_S = 1.0


class Accepting(Process):
    """The half of a daemon that faces the network.

    Args:
        scene: the scenario that it plays in.
        sightings: where it tells what it sees.

    Attributes:
        listener: its listening socket.
        path: of a Unix domain socket, empty over TCP.
        workers: pids of all workers ever forked → number of their connection.
        has_announced: whether the port has been told.
    """

    listener: Socket
    path = ""
    has_announced = False

    def __init__(self, scene: Scene, sightings: Sightings) -> None:
        super().__init__(scene, sightings)
        self.workers: dict[int, int] = {}
        self._accepted = 0
        self._first_pid = 0
        #: Connections kept without a worker → their number and what came on them.
        self._silent: dict[Socket, tuple[int, int]] = {}

    def listen(self) -> int:
        """Listen on the loopback address, or on a Unix domain socket.

        Returns:
            The port, 0 for a Unix domain socket.
        """
        if directory := self.scene.socket_directory:
            return self._listen_at(f"{directory}/.{os.getpid()}.sock")
        address = self.scene.loopback
        family = AF_INET6 if ":" in address else AF_INET
        self._listen_on(family, (address, 0))
        port: int = self.listener.getsockname()[1]
        number = 6 if family == AF_INET6 else 4
        self.report("listen", family=number, address=address, port=port)
        return port

    def _listen_at(self, path: str) -> int:
        self.path = path
        self._listen_on(AF_UNIX, path)
        self.report("listen", family="unix", address=path, port=0)
        return 0

    def _listen_on(self, family: int, address: tuple[str, int] | str) -> None:
        self.listener = Socket(family, SOCK_STREAM)
        self.listener.bind(address)
        self.listener.listen(_BACKLOG)
        self.listener.settimeout(0)

    def sources(self) -> list[int]:
        """Name the descriptors to wait for.

        Returns:
            That of the listening socket, unless closed, and of silent connections.
        """
        listening = [self.listener.fileno()] if self.listener.fileno() >= 0 else []
        return listening + [connection.fileno() for connection in self._silent]

    @override
    def before_death(self) -> None:
        """Let the first connection come, which whoever has read the port is making now.

        Where a listener closes amid a handshake, Linux may leave the peer with a connection
        of whose end nobody ever tells it: about one in several thousand. A factory without a
        limit would wait for ever, which says nothing about it. In the queue it is reset.
        """
        if self.has_announced and not self._accepted:
            self.wait(*self.sources(), within_s=_ARRIVAL_S)

    def attend(self, ready: set[int]) -> None:
        """Serve what is ready: at most one accept.

        Args:
            ready: descriptors.
        """
        for connection in list(self._silent):
            if connection.fileno() in ready:
                self._listen_to(connection)
        if self.listener.fileno() in ready:
            self._accept()

    def _accept(self) -> None:
        try:
            self.connection, host, port = self.listener.take()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self._accepted += 1
        self.n = self._accepted
        self.report("accept", n=self.n, peer=host, peer_port=port)
        refusals: Actions = {
            "reset": lambda _: self.drop(reset=True),
            "close": lambda _: self.drop(),
            "silent": lambda _: self._keep_silent(),
            "refuse": lambda _: self.listener.close(),
        }
        step(self, "accept", nothing, refusals)
        self._fork_worker()
        self.drop()
        self.n = 0

    def _fork_worker(self) -> None:
        if self.connection is not None:
            step(self, "fork", self._launch, {"fail": self._fail, "bomb": self._bomb})

    def _keep_silent(self) -> None:
        if self.connection is not None:
            self._silent[self.connection] = (self.n, 0)
        self.connection = None

    def _listen_to(self, connection: Socket) -> None:
        """Count what comes on a silent connection, and tell when the peer goes."""
        n, early_bytes = self._silent[connection]
        how = "eof"
        try:
            got = len(connection.recv(_LOOK_BYTES, MSG_DONTWAIT))
        except ConnectionError:
            got, how = 0, "reset"
        self._silent[connection] = (n, early_bytes + got)
        if not got:
            self.report("early", n=n, bytes=early_bytes)
            self.report("closed", n=n, how=how)
            del self._silent[connection]
            connection.close()

    def _launch(self) -> None:
        """Fork the worker of the connection in hand, and let go of the connection.

        The worker waits until the daemon has told of it and has closed its own copy of
        the connection: who has the pid finds the line, and the peer's end is one alone.
        """
        waits, releases = os.pipe()
        try:
            pid = self._fork_twice()
        except OSError as refused:
            self._refuse(-(refused.errno or 1))
            pid = -1
        if pid == 0:
            os.close(releases)
            os.read(waits, 1)
            os.close(waits)
            self._become_worker()
        self.drop()
        if pid > 0:
            self.workers[pid] = self.n
            self._first_pid = self._first_pid or pid
            self.report("fork", n=self.n, worker_pid=pid)
        os.close(releases)
        os.close(waits)

    def _fork_twice(self) -> int:
        """Fork, and try once more if the system has no room just now, as pyspark.daemon does."""
        try:
            return self.fork()
        except OSError as refused:
            if refused.errno not in (EAGAIN, EINTR):
                raise
        self.wait(within_s=_FORK_PAUSE_S)
        return self.fork()

    def _become_worker(self) -> None:
        daemon_pid = os.getppid()
        self._let_go()
        self.sightings.reborn("worker")
        worker = Worker(self.scene, self.sightings)
        worker.connection, worker.n = self.connection, self.n
        worker.first_pid = self._first_pid or os.getpid()
        worker.parent_pid = daemon_pid
        worker.live()

    def _let_go(self) -> None:
        """In a forked process: leave the kill channel and all sockets to the daemon."""
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        self.listener.close()
        for connection in self._silent:
            connection.close()

    def _refuse(self, errno: int) -> None:
        raw = pack(errno)
        self.report("acknowledge", n=self.n, value=errno, bytes=raw.hex())
        if self.connection is not None:
            self.connection.send(raw)
        self.drop()

    def _fail(self, fault: Fault) -> None:
        self._refuse(int(fault.argument))

    def _bomb(self, fault: Fault) -> None:
        """Fork without end; the guard ends it, and the connection gets its worker."""
        limit = int(fault.keys.get("limit", _BOMB_LIMIT))
        for _ in range(limit):
            if self.fork() == 0:
                self._let_go()
                self.drop()
                hang(self)
        self.report("fault", point="fork", action="guard", n=self.n, forked=limit)
        self._launch()
