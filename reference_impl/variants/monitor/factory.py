"""The factory: everything happens under its one lock, the monitor."""

from __future__ import annotations

import logging
import secrets
import shutil
import socket
import tempfile
import threading
import time
import weakref
from collections import deque

from .daemon import Daemon
from .simple import SimpleWorkers
from .waiting import Bell, Conversation, Silence
from .wishes import Wishes  # noqa: TC001 - read by tools
from .workers import Handle

_LOG = logging.getLogger("org.apache.spark.api.python.PythonWorkerFactory")

#: How often the idle workers are looked at.
_TICK_S = 10.0


class Factory:
    """A factory.

    Args:
        wishes: what it is to be like.
        use_daemon: whether a daemon forks its workers.
    """

    def __init__(self, wishes: Wishes, *, use_daemon: bool) -> None:
        self._wishes = wishes
        self._use_daemon = use_daemon
        self._secret = secrets.token_hex(32)
        self._monitor = threading.RLock()
        self._bell = Bell()
        self._daemon: Daemon | None = None
        self._generation = 0
        self._handles: weakref.WeakKeyDictionary[socket.socket, Handle] = (
            weakref.WeakKeyDictionary()
        )
        self._idle: deque[socket.socket] = deque()
        self._last_release_s = 0.0
        self._ticking: threading.Event | None = None
        self._sockets = ""
        if wishes.is_unix:
            self._sockets = tempfile.mkdtemp(prefix="wf-")
            weakref.finalize(self, shutil.rmtree, self._sockets, ignore_errors=True)
        self._simple = SimpleWorkers(wishes, self._secret, self._sockets, self._bell)

    # -- what callers ask for --------------------------------------------------------------

    def create(self) -> tuple[socket.socket, int | None]:
        """Give a worker: an idle one, else a new one.

        Returns:
            Its connection, and its pid if it is known.
        """
        if not self._use_daemon:
            return self._simple.create()
        with self._monitor:
            while self._idle:
                connection = self._idle.popleft()
                handle = self._handles.get(connection)
                if handle is not None and handle.is_alive():
                    return self._given(connection), handle.pid
                _LOG.warning("An idle worker is of no use any more, trying the next one")
                self._discard(connection, handle)
        with self._monitor:
            connection, handle = self._through_daemon()
            return connection, handle.pid

    def release_worker(self, connection: socket.socket) -> None:
        """Take a worker back.

        Args:
            connection: its own.
        """
        if not self._use_daemon:
            connection.close()
            return
        with self._monitor:
            if connection.fileno() < 0 or connection in self._idle:
                return
            cap = self._wishes.cap
            while cap is not None and len(self._idle) >= cap:
                self.stop_worker(self._idle[0])
            self._idle.append(connection)
            self._last_release_s = time.monotonic()

    def stop_worker(self, connection: socket.socket) -> None:
        """End a worker.

        Args:
            connection: its own.
        """
        if not self._use_daemon:
            self._simple.stop_worker(connection)
            return
        with self._monitor:
            if connection in self._idle:
                self._idle.remove(connection)
            self._ask_to_kill(self._handles.pop(connection, None))
        connection.close()

    def stop(self) -> None:
        """End everything; who waits under the monitor gives up."""
        with self._bell, self._monitor:
            self._simple.stop()
            self._stop_daemon()
            if self._ticking is not None:
                self._ticking.set()
                self._ticking = None

    def is_worker_stopped(self, connection: socket.socket) -> bool:
        """Tell whether the process of a simple worker has ended.

        Args:
            connection: its own.

        Returns:
            Whether it has.

        Raises:
            RuntimeError: workers come from a daemon, which alone would know.
        """
        if self._use_daemon:
            raise RuntimeError("only the end of simple workers is told")
        return self._simple.is_stopped(connection)

    def inspect(self) -> dict[str, object]:
        """Show what is inside.

        Returns:
            The pids of the daemon, of the registered and of the idle workers, the port, and
            which options are understood.
        """
        with self._monitor:
            daemon, idle = self._daemon, list(self._idle)
            handles = dict(self._handles)
        registered = [handle.pid for handle in handles.values()]
        return {
            "daemon_pid": daemon.pid if daemon else None,
            "daemon_port": daemon.where if daemon and not self._wishes.is_unix else 0,
            "workers": [*registered, *self._simple.pids()],
            "idle": [handles[one].pid for one in idle if one in handles],
            "options": dict(self._wishes.understood_options),
        }

    # -- under the monitor -------------------------------------------------------------------

    def _given(self, connection: socket.socket) -> socket.socket:
        """Bring a connection into the mode in which it is given away."""
        connection.settimeout(0.0 if self._wishes.line >= (4, 0) else None)
        return connection

    def _discard(self, connection: socket.socket, handle: Handle | None) -> None:
        self._ask_to_kill(handle)
        self._handles.pop(connection, None)
        connection.close()

    def _ask_to_kill(self, handle: Handle | None) -> None:
        daemon = self._daemon
        if handle is not None and daemon is not None and handle.generation == daemon.generation:
            daemon.ask_to_kill(handle.pid)

    def _through_daemon(self) -> tuple[socket.socket, Handle]:
        """Get a new worker; a daemon that is lost is replaced once."""
        daemon = self._daemon or self._start_daemon()
        try:
            return self._connect(daemon)
        except Silence as error:
            if self._wishes.line < (4, 2):
                raise
            _LOG.warning("java.net.SocketTimeoutException: %s", error)
            _LOG.warning("Lost connection to Python daemon, attempting to restart")
        except ConnectionError as error:
            _LOG.warning("Failed to open socket to Python daemon: %s", error)
            _LOG.warning("Assuming that daemon unexpectedly quit, attempting to restart")
        self._stop_daemon()
        return self._connect(self._start_daemon())

    def _start_daemon(self) -> Daemon:
        self._generation += 1
        mine = {"PYTHON_WORKER_FACTORY_SECRET": self._secret}
        if self._wishes.is_unix:
            mine = {
                "PYTHON_UNIX_DOMAIN_ENABLED": "True",
                "PYTHON_WORKER_FACTORY_SOCK_DIR": self._sockets,
            }
        environment = self._wishes.environment(**mine)
        daemon = Daemon(self._wishes, environment, self._bell, self._generation)
        try:
            daemon.await_announcement()
        except BaseException:
            daemon.abandon()
            raise
        self._daemon = daemon
        self._tick()
        return daemon

    def _stop_daemon(self) -> None:
        for connection in self._idle:
            connection.close()
        self._idle.clear()
        daemon, self._daemon = self._daemon, None
        if daemon is not None:
            daemon.end()

    def _connect(self, daemon: Daemon) -> tuple[socket.socket, Handle]:
        connection, address = self._way_to(daemon.where)
        try:
            connection.settimeout(self._wishes.handshake_timeout_s)
            _reach(connection, address)
            handle = self._shake_hands(connection, daemon)
        except BaseException:
            connection.close()
            raise
        self._handles[connection] = handle
        return self._given(connection), handle

    def _way_to(self, where: int | str) -> tuple[socket.socket, str | tuple[str, int]]:
        if isinstance(where, str):
            return socket.socket(socket.AF_UNIX), where
        if self._wishes.is_ipv6:
            return socket.socket(socket.AF_INET6), ("::1", where)
        return socket.socket(), ("127.0.0.1", where)

    def _shake_hands(self, connection: socket.socket, daemon: Daemon) -> Handle:
        worker = Conversation(connection, self._bell, self._wishes.handshake_timeout_s)
        pid = worker.hear_number()
        if pid < 0:
            raise RuntimeError(f"no worker was launched: the daemon says {pid}")
        handle = Handle(pid, daemon.generation)
        if self._wishes.line >= (4, 0) and not handle.exists:
            raise RuntimeError(f"no worker was launched: there is no process {pid}")
        if not self._wishes.is_unix:
            worker.say(self._secret.encode())
            if worker.hear_text() != b"ok":
                raise ValueError("Authentication failed.")
        return handle

    # -- idle workers --------------------------------------------------------------------------

    def _tick(self) -> None:
        if self._ticking is None:
            self._ticking = threading.Event()
            name = f"Idle Worker Monitor for {self._wishes.python_exec}"
            arguments = (self._ticking,)
            threading.Thread(target=self._watch, args=arguments, name=name, daemon=True).start()

    def _watch(self, is_over: threading.Event) -> None:
        while not is_over.wait(_TICK_S):
            with self._monitor:
                age_s = time.monotonic() - self._last_release_s
                if age_s > self._wishes.idle_timeout_s and not is_over.is_set():
                    while self._idle:
                        connection = self._idle.popleft()
                        self._handles.pop(connection, None)
                        connection.close()


def _reach(connection: socket.socket, address: str | tuple[str, int]) -> None:
    try:
        connection.connect(address)
    except FileNotFoundError as error:  # the socket file went with the daemon
        raise ConnectionRefusedError(f"nobody listens at {address}") from error
