"""The factory: hands out workers, takes them back, and keeps the daemon behind them.

Two locks. `_creating` is held by the one create() that talks to the daemon, and by
stop(); nobody else waits for it, so release_worker, stop_worker and inspect answer while
a handshake stalls, and stop() breaks the stall off. The registry, the pool and the
keeper have locks of their own, held for no longer than a step.
"""

from __future__ import annotations

import logging
import socket
import threading
from typing import TYPE_CHECKING, ClassVar

from . import auth
from .attempt import Attempt, break_connection
from .connection import Connection, socket_failures
from .errors import FactoryError, SilentWorker, SocketFailure
from .handshake import Handshake
from .keeper import FAREWELL_S, DaemonKeeper
from .launch import Launcher
from .liveness import is_quiet, is_running
from .pool import IdlePool
from .registry import Registration, Registry
from .simple import SimpleWorkers

if TYPE_CHECKING:
    from .process import DaemonProcess
    from .settings import Settings

#: Spark's own logger (section 0, 11 of the contract).
LOG = logging.getLogger("org.apache.spark.api.python.PythonWorkerFactory")

#: How long stop() lets a create() finish before it breaks it off.
GRACE_S = 0.5


class PythonWorkerFactory:
    """Creates Python workers, through a daemon or one process each.

    Args:
        settings: what was asked for.
    """

    attempt_class: ClassVar[type[Attempt]] = Attempt
    handshake_class: ClassVar[type[Handshake]] = Handshake
    keeper_class: ClassVar[type[DaemonKeeper]] = DaemonKeeper
    launcher_class: ClassVar[type[Launcher]] = Launcher
    pool_class: ClassVar[type[IdlePool]] = IdlePool
    registry_class: ClassVar[type[Registry]] = Registry
    simple_class: ClassVar[type[SimpleWorkers]] = SimpleWorkers

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.secret = auth.new_secret()
        self.launcher = self.launcher_class(settings)
        self.keeper = self.keeper_class(settings, self.launcher)
        self.registry = self.registry_class()
        self.pool = self.pool_class(
            settings.idle_timeout_s,
            self.close_idle,
            f"Idle Worker Monitor for {settings.python_exec}",
        )
        self.simple = self.simple_class(settings, self.launcher)
        self._creating = threading.Lock()
        self.attempt: Attempt | None = None

    def create(self) -> tuple[socket.socket, int | None]:
        """Hand out a worker: an idle one if there is one, else a new one.

        Returns:
            The worker's socket and its pid, if known.

        Raises:
            FactoryError: no worker could be had; `counts_as` says why.
        """
        if not self.settings.use_daemon:
            return self.simple.create(self.secret)
        return self.reuse() or self.create_through_daemon()

    def release_worker(self, sock: socket.socket) -> None:
        """Take a worker back: it becomes idle; a simple worker is closed.

        Args:
            sock: the worker.
        """
        if not self.settings.use_daemon:
            sock.close()
        elif sock.fileno() >= 0:  # a stopped worker stays out (F-POOL-13)
            self.pool_worker(sock)

    def stop_worker(self, sock: socket.socket) -> None:
        """End a worker: kill request to its daemon, then close.

        Args:
            sock: the worker, idle or not.
        """
        if not self.settings.use_daemon:
            self.simple.stop_worker(sock)
            return
        self.pool.remove(sock)
        registration = self.registry.pop(sock)
        if registration is not None:
            self.request_kill(registration)
        sock.close()

    def stop(self) -> None:
        """Close idle workers and end the daemon and all simple workers.

        A create() under way may finish first; one that stalls is broken off. The
        factory can be used again.
        """
        self.simple.stop()
        while not self._creating.acquire(timeout=GRACE_S):
            if (attempt := self.attempt) is not None:
                attempt.cancel()
        try:
            process = self.stop_daemon()
            if process is not None:
                process.child.wait_for_end(FAREWELL_S)
        finally:
            self._creating.release()
        self.pool.end_monitor()

    def inspect(self) -> dict[str, object]:
        """What the factory knows.

        Returns:
            `daemon_pid` and `daemon_port` (None without a daemon), `workers` (pids
            registered), `idle` (pids queued, the next one first), `options` (whether
            each option given is honoured).
        """
        process = self.keeper.current
        queued = [self.registry.get(sock) for sock in self.pool.members()]
        return {
            "daemon_pid": process.pid if process else None,
            "daemon_port": process.port if process else None,
            "workers": [*self.registry.pids(), *self.simple.pids()],
            "idle": [entry.pid for entry in queued if entry is not None],
            "options": dict(self.settings.honoured),
        }

    def reuse(self) -> tuple[socket.socket, int] | None:
        """Take the first idle worker that still can be used."""
        while (sock := self.pool.take()) is not None:
            registration = self.registry.get(sock)
            if registration is not None and self.is_usable(sock, registration):
                self.hand_out(sock)
                return sock, registration.pid
            self.discard(sock, registration)
        return None

    def is_usable(self, sock: socket.socket, registration: Registration) -> bool:
        """Whether this idle worker lives and has nothing to say."""
        is_gone = registration.was_running and not is_running(registration.pid)
        return not is_gone and is_quiet(sock)

    def discard(self, sock: socket.socket, registration: Registration | None) -> None:
        """Throw away an idle worker; no kill request for one that is dead."""
        pid = registration.pid if registration else None
        LOG.warning(
            "Worker PythonWorker(pid=%s) process from idle queue is dead, discarding.",
            pid,
        )
        self.registry.pop(sock)
        if registration is not None and is_running(registration.pid):
            self.request_kill(registration)
        sock.close()

    def create_through_daemon(self) -> tuple[socket.socket, int]:
        """Have the daemon fork a worker; restart a lost daemon once (F-RST-01)."""
        with self._creating:
            self.attempt = attempt = self.attempt_class()
            try:
                return self.open_or_restart(attempt)
            finally:
                self.attempt = None

    def open_or_restart(self, attempt: Attempt) -> tuple[socket.socket, int]:
        """Try with the daemon there is; if it is lost, try once with a new one."""
        process = self.keeper.ensure(self.secret, attempt)
        try:
            return self.open_worker(process, attempt)
        except FactoryError as error:
            if not self.is_daemon_lost(error):
                raise
            self.warn_of_restart(error)
        self.stop_daemon()
        return self.open_worker(self.keeper.start(self.secret, attempt), attempt)

    def is_daemon_lost(self, error: FactoryError) -> bool:
        """Whether a failed first attempt is reason for a restart."""
        if isinstance(error, SilentWorker):
            return self.settings.profile.restarts_on_silence
        return isinstance(error, SocketFailure)

    def warn_of_restart(self, error: FactoryError) -> None:
        """Log the two lines that Spark logs, in this order (F-RST-02)."""
        if isinstance(error, SilentWorker):
            LOG.warning("java.net.SocketTimeoutException: %s", error)
            LOG.warning("Lost connection to Python daemon, attempting to restart")
        else:
            LOG.warning("Failed to open socket to Python daemon: %s", error)
            LOG.warning("Assuming that daemon unexpectedly quit, attempting to restart")

    def stop_daemon(self) -> DaemonProcess | None:
        """Close all idle workers and end the daemon (F-RST-09, F-STOP-07)."""
        for sock in self.pool.clear():
            self.close_idle(sock)
        return self.keeper.stop()

    def open_worker(self, process: DaemonProcess, attempt: Attempt) -> tuple[socket.socket, int]:
        """Connect, shake hands, register.

        Args:
            process: the daemon.
            attempt: the create() under way.

        Returns:
            The worker's socket and pid.
        """
        sock = self.new_socket()
        try:
            attempt.waits_on(lambda: break_connection(sock))
            try:
                registration = self.shake_hands(sock, process)
            finally:
                attempt.finish()  # a broken off handshake says so, whatever it raised
        except BaseException:
            self.close_failed(sock)
            raise
        self.hand_out(sock)
        self.registry.add(sock, registration)
        return sock, registration.pid

    def shake_hands(self, sock: socket.socket, process: DaemonProcess) -> Registration:
        """Connect to the daemon and go through the handshake."""
        limit_s = self.settings.handshake_timeout_s
        with socket_failures():
            sock.settimeout(limit_s)
            sock.connect((self._loopback(), process.port))
        handshake = self.handshake_class(
            Connection(sock, limit_s), self.secret, self.settings.profile
        )
        pid = handshake.run()
        return Registration(pid, process.generation, handshake.was_running)

    def new_socket(self) -> socket.socket:
        """A socket that is not connected yet."""
        is_v6 = self.launcher.is_ipv6_preferred
        with socket_failures():
            sock = socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def hand_out(self, sock: socket.socket) -> None:
        """Put the socket into the mode that the caller expects (F-CONN-17)."""
        sock.setblocking(not self.settings.profile.hands_out_nonblocking)

    def close_failed(self, sock: socket.socket) -> None:
        """Close the socket of a failed handshake (F-CONN-09, F-CONN-10)."""
        sock.close()

    def close_idle(self, sock: socket.socket) -> None:
        """Close an idle worker without a kill request; it ends by itself."""
        self.registry.pop(sock)
        try:
            sock.close()
        except OSError as error:
            LOG.warning("%s %s", self.settings.profile.close_words, error)

    def pool_worker(self, sock: socket.socket) -> None:
        """Queue a released worker; stop those for which there is no room."""
        for oldest in self.pool.add(sock, self.settings.idle_worker_max_pool_size):
            try:
                self.stop_worker(oldest)
            except Exception as error:  # noqa: BLE001 - F-POOL-11: never fail a release
                LOG.warning("Failed to stop evicted worker %s", error)

    def request_kill(self, registration: Registration) -> None:
        """Ask the daemon to kill this worker."""
        self.keeper.request_kill(registration.pid, registration.generation)

    def _loopback(self) -> str:
        return "::1" if self.launcher.is_ipv6_preferred else "127.0.0.1"
