"""Workers without a daemon: each is a process of its own that connects back to us."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from . import auth
from .children import Child
from .connection import Connection, socket_failures
from .errors import (
    ConnectBackFailed,
    FactoryError,
    IllegalState,
    StartFailed,
    TimedOut,
)

if TYPE_CHECKING:
    from .launch import Launcher
    from .settings import Settings

#: How long stop() lets workers finish that are just being created, then how long it
#: waits for the processes that it has told to end.
GRACE_S, FAREWELL_S = 0.5, 1.0


class SimpleWorkers:
    """The simple workers of one factory.

    Args:
        settings: what the factory was asked for.
        launcher: how to start a worker.
    """

    def __init__(self, settings: Settings, launcher: Launcher) -> None:
        self.settings = settings
        self._launcher = launcher
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._children: WeakKeyDictionary[socket.socket, Child] = WeakKeyDictionary()
        self._living: set[Child] = set()
        self._starting: set[object] = set()

    def create(self, secret: str) -> tuple[socket.socket, int | None]:
        """Start a worker and let it connect back.

        Args:
            secret: what it has to know.

        Returns:
            Its socket and the pid that it told; nothing for a pid of 0.

        Raises:
            ConnectBackFailed: it did not connect, prove its secret and tell its pid.
        """
        token = object()
        with self._lock:
            self._starting.add(token)
        try:
            ended, living = socket.socketpair()
            with self.listen() as server, ended, living:
                child = self._start(server, living, secret)
                try:
                    sock = self.accept(server, ended, child)
                    return self._welcome(sock, child, secret)
                except FactoryError as error:
                    self.give_up(child)
                    raise ConnectBackFailed(error) from error
        finally:
            with self._changed:
                self._starting.discard(token)
                self._changed.notify_all()

    def stop_worker(self, sock: socket.socket) -> None:
        """Terminate the worker's process and close its socket."""
        with self._lock:
            child = self._children.pop(sock, None)
        if child is not None:
            child.terminate()
        sock.close()

    def stop(self) -> None:
        """Terminate every process that still lives."""
        with self._changed:
            begun = set(self._starting)
            self._changed.wait_for(lambda: not begun & self._starting, GRACE_S)
            living = list(self._living)
        for child in living:
            child.terminate()
        deadline = time.monotonic() + FAREWELL_S
        for child in living:
            child.wait_for_end(deadline - time.monotonic())

    def pids(self) -> list[int]:
        """Pids of the processes of all workers whose socket somebody holds."""
        with self._lock:
            return [child.pid for child in self._children.values()]

    def give_up(self, child: Child) -> None:
        """Leave nothing of a worker whose handshake failed (F-SIMP-10)."""
        child.terminate()

    def listen(self) -> socket.socket:
        """A socket on the loopback address to which one worker can connect."""
        is_v6 = self._launcher.is_ipv6_preferred
        family = socket.AF_INET6 if is_v6 else socket.AF_INET
        with socket_failures():
            server = socket.socket(family, socket.SOCK_STREAM)
            with contextlib.ExitStack() as on_failure:
                on_failure.callback(server.close)
                server.bind(("::1" if is_v6 else "127.0.0.1", 0))
                server.listen(1)
                on_failure.pop_all()
        return server

    def _start(self, server: socket.socket, living: socket.socket, secret: str) -> Child:
        """Start the process; `living` is closed when it ends."""
        launch = self._launcher.simple_worker(secret, server.getsockname()[1])
        cell: list[Child] = []

        def on_end() -> None:
            living.close()
            with self._lock:
                self._living.difference_update(cell)

        with self._lock:  # so that on_end comes after the child is filed
            child = Child(launch, piped=False, on_end=on_end)
            cell.append(child)
            self._living.add(child)
        return child

    def _welcome(
        self, sock: socket.socket, child: Child, secret: str
    ) -> tuple[socket.socket, int | None]:
        try:
            pid = self.greet(sock, secret)
        except BaseException:
            sock.close()
            raise
        sock.setblocking(not self.settings.profile.hands_out_nonblocking)
        with self._lock:
            self._children[sock] = child
        return sock, pid or None

    def accept(self, server: socket.socket, ended: socket.socket, child: Child) -> socket.socket:
        """Wait for the connection, or for the end of the process without one.

        Args:
            server: to which the worker connects.
            ended: readable once the process has ended.
            child: the process.

        Returns:
            The connection.

        Raises:
            TimedOut: nobody came in time; `StartFailed` if nobody can come any more.
        """
        poller = select.poll()
        poller.register(server, select.POLLIN)
        poller.register(ended, select.POLLIN)
        ready = [fd for fd, _ in poller.poll(self.settings.connect_timeout_s * 1000)]
        if not ready:
            raise TimedOut(self.settings.profile.accept_words)
        if server.fileno() not in ready:
            raise StartFailed(f"The process ended with code {child.exit_code} before it connected")
        with socket_failures():
            sock, _ = server.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def greet(self, sock: socket.socket, secret: str) -> int:
        """Let the worker prove its secret and tell its pid.

        Args:
            sock: the accepted connection.
            secret: what the worker has to know.

        Returns:
            The pid.

        Raises:
            IllegalState: the worker tells that its launch failed.
        """
        self.demand_secret(Connection(sock, self.settings.connect_timeout_s), secret)
        pid = Connection(sock, self.settings.handshake_timeout_s).read_int()
        if pid < 0:
            raise IllegalState(f"Python failed to launch worker with code {pid}")
        return pid

    def demand_secret(self, connection: Connection, secret: str) -> None:
        """Let the worker prove that it knows the secret."""
        auth.demand(connection, secret)
