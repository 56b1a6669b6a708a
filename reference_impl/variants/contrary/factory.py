"""The factory: a counter, behind which the clerk does the work."""

from __future__ import annotations

import logging
import secrets
import socket
import threading
import time
import weakref

from . import simple
from .clerk import Clerk
from .daemon import Daemon
from .orders import Orders, Trouble
from .post import Post, Worker, lost

_LOG = logging.getLogger("org.apache.spark.api.python.PythonWorkerFactory")


class Factory:
    """A factory.

    Args:
        orders: what it was told.
        use_daemon: whether a daemon forks its workers.
    """

    def __init__(self, orders: Orders, *, use_daemon: bool) -> None:
        self._orders = orders
        self._use_daemon = use_daemon
        self._secret = secrets.token_hex(32)
        self._clerk = Clerk(f"clerk of {orders.command[2]}")
        self._daemon: Daemon | None = None
        self._workers: weakref.WeakSet[Worker] = weakref.WeakSet()
        self._idle: list[Worker] = []
        self._released_s = 0.0
        self._alarm: threading.Timer | None = None

    # -- the counter ---------------------------------------------------------------------------

    def create(self) -> tuple[socket.socket, int]:
        """Give a worker away.

        Returns:
            Its connection, and its pid.
        """
        worker: Worker = self._clerk.do(self._get)
        return worker, worker.pid

    def release_worker(self, worker: Worker) -> None:
        """Take a worker back.

        Args:
            worker: its connection.
        """
        self._clerk.do(lambda: self._take_back(worker))

    def stop_worker(self, worker: Worker) -> None:
        """End a worker.

        Args:
            worker: its connection.
        """
        self._clerk.do(lambda: self._end_worker(worker))

    def stop(self) -> None:
        """End everything, at once."""
        self._clerk.hurry(self._end)

    def inspect(self) -> dict[str, object]:
        """Show what there is."""
        shown: dict[str, object] = self._clerk.do(self._shown)
        return shown

    # -- the clerk's work ------------------------------------------------------------------------

    def _get(self) -> Worker:
        if not self._use_daemon:
            worker = simple.create(self._orders, self._secret, self._clerk)
            self._workers.add(worker)
            return worker
        if self._daemon is not None and self._daemon.has_ended():
            _LOG.warning("There is no daemon %s any more", self._daemon.pid)
            self._forget_daemon()
        if self._idle:
            return self._idle.pop(0)
        return self._new()

    def _new(self) -> Worker:
        """Get a new worker; a daemon by whom it is lost is replaced, but not twice."""
        daemon = self._daemon or self._start()
        try:
            return self._connect(daemon)
        except Trouble as trouble:
            if trouble.counts_as != "socket_error":
                raise
            _LOG.warning("Failed to open socket to Python daemon: %s", trouble)
            _LOG.warning("Assuming that daemon unexpectedly quit, attempting to restart")
        self._forget_daemon()
        try:
            return self._connect(self._start())
        except Trouble:
            self._forget_daemon()
            raise

    def _start(self) -> Daemon:
        daemon = Daemon(self._orders, self._secret, self._clerk)
        try:
            daemon.begin()
        except Trouble:
            daemon.end()
            raise
        self._daemon = daemon
        return daemon

    def _connect(self, daemon: Daemon) -> Worker:
        worker = Worker(socket.AF_INET6 if self._orders.is_ipv6 else socket.AF_INET)
        worker.settimeout(self._orders.limit_s("handshake_timeout_s"))
        try:
            _reach(worker, "::1" if self._orders.is_ipv6 else "127.0.0.1", daemon.port)
            worker.settimeout(0.0)
            worker.pid = self._shake_hands(worker)
        except Trouble:
            worker.slam()
            raise
        worker.daemon = daemon
        self._workers.add(worker)
        return worker

    def _shake_hands(self, worker: Worker) -> int:
        post = Post(worker, self._clerk, self._orders.limit_s("handshake_timeout_s"))
        pid = post.take_pid()
        post.put_text(self._secret)
        if post.take_text() != "ok":
            raise Trouble("Authentication failed.", "authentication")
        return pid

    def _take_back(self, worker: Worker) -> None:
        if not self._use_daemon:
            worker.close()
        elif worker.fileno() >= 0 and worker not in self._idle:
            worker.settimeout(0.0)
            self._idle.append(worker)
            self._released_s = time.monotonic()
            self._set_alarm()

    def _end_worker(self, worker: Worker) -> None:
        if worker in self._idle:
            self._idle.remove(worker)
        if worker.process is not None:
            simple.kill(worker.process)
        elif worker.daemon is self._daemon and self._daemon is not None:
            self._daemon.ask_to_kill(worker.pid)
        worker.close()

    def _end(self) -> None:
        """End the daemon, then everything that is left of it, the active workers too."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._forget_daemon()
        for worker in list(self._workers):
            if worker.process is not None:
                simple.kill(worker.process)
            worker.close()

    def _forget_daemon(self) -> None:
        daemon, self._daemon = self._daemon, None
        if daemon is not None:
            daemon.end()
        while self._idle:
            self._idle.pop(0).close()

    def _shown(self) -> dict[str, object]:
        return {
            "daemon_pid": self._daemon.pid if self._daemon else None,
            "daemon_port": self._daemon.port if self._daemon else None,
            "workers": {worker.pid for worker in self._workers},
            "idle": tuple(worker.pid for worker in self._idle),
            "options": self._orders.answers,
        }

    # -- idle workers ------------------------------------------------------------------------------

    def _set_alarm(self) -> None:
        if self._alarm is None:
            left_s = self._released_s + self._orders.limit_s("idle_timeout_s") - time.monotonic()
            self._alarm = threading.Timer(max(left_s, 0.0), self._ring)
            self._alarm.daemon = True
            self._alarm.start()

    def _ring(self) -> None:
        self._clerk.do(self._close_idle)

    def _close_idle(self) -> None:
        if self._alarm is None:  # stop() came first
            return
        self._alarm = None
        if time.monotonic() < self._released_s + self._orders.limit_s("idle_timeout_s"):
            self._set_alarm()
            return
        while self._idle:
            self._idle.pop(0).close()


def _reach(worker: Worker, host: str, port: int) -> None:
    try:
        worker.connect((host, port))
    except OSError as error:
        raise lost(error) from error
