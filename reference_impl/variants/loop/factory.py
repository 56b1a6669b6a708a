"""The factory: what callers see of it, and what the loop does for them."""

from __future__ import annotations

import asyncio
import logging
import secrets
import select
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from .daemon import Daemon
from .simple import SimpleWorkers
from .thread import run

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

_LOG = logging.getLogger("org.apache.spark.api.python.PythonWorkerFactory")

#: How long workers may be idle after the last release.
_IDLE_S = 61.0


class _Known(NamedTuple):
    pid: int
    daemon: Daemon


class Factory:
    """A factory; all its state belongs to the loop.

    Args:
        command: of its children.
        env_vars: variables for them.
        use_daemon: whether a daemon forks the workers.
    """

    def __init__(
        self, command: list[str], env_vars: Mapping[str, str], *, use_daemon: bool
    ) -> None:
        self._command = command
        self._env_vars = env_vars
        self._secret = secrets.token_hex()
        self._simple: SimpleWorkers | None = None
        if not use_daemon:
            self._simple = SimpleWorkers(command, env_vars, self._secret)
        self._daemon: Daemon | None = None
        self._changing = asyncio.Lock()
        self._known: WeakKeyDictionary[socket.socket, _Known] = WeakKeyDictionary()
        self._idle: list[socket.socket] = []
        self._creating: set[asyncio.Task[object]] = set()
        self._clean_up: asyncio.TimerHandle | None = None

    # -- what callers see --------------------------------------------------------------------

    def create(self) -> tuple[socket.socket, int]:
        """Hand out a worker.

        Returns:
            Its connection and its pid.
        """
        return run(self._create())

    def release_worker(self, connection: socket.socket) -> None:
        """Take a worker back.

        Args:
            connection: of the worker.
        """
        run(self._release(connection))

    def stop_worker(self, connection: socket.socket) -> None:
        """End a worker.

        Args:
            connection: of the worker.
        """
        run(self._stop_worker(connection))

    def stop(self) -> None:
        """End all there is; every create() that is under way is broken off."""
        run(self._stop())

    def inspect(self) -> dict[str, object]:
        """Show which pids are registered, and nothing else."""
        return {"workers": run(self._pids())}

    # -- what the loop does --------------------------------------------------------------------

    async def _create(self) -> tuple[socket.socket, int]:
        task = asyncio.current_task()
        if task is None:
            raise TypeError("this is no task")
        self._creating.add(task)
        try:
            if self._simple is not None:
                return await self._simple.create()
            return self._reuse() or await self._open()
        finally:
            self._creating.discard(task)

    def _reuse(self) -> tuple[socket.socket, int] | None:
        while self._idle:
            connection = self._idle.pop(0)
            known = self._known.get(connection)
            if known is not None and _is_silent(connection):
                return connection, known.pid
            self._known.pop(connection, None)
            connection.close()
        return None

    async def _open(self) -> tuple[socket.socket, int]:
        daemon = await self._running(None)
        try:
            return await self._open_at(daemon)
        except TimeoutError:
            raise
        except OSError as error:
            _LOG.warning("Failed to open socket to Python daemon: %r", error)
        _LOG.warning("Assuming that daemon unexpectedly quit, attempting to restart")
        return await self._open_at(await self._running(daemon))

    async def _open_at(self, daemon: Daemon) -> tuple[socket.socket, int]:
        connection, pid = await daemon.open_worker(self._secret)
        self._known[connection] = _Known(pid, daemon)
        return connection, pid

    async def _running(self, lost: Daemon | None) -> Daemon:
        """The daemon; another one than that which was lost."""
        async with self._changing:
            if lost is not None and self._daemon is lost:
                await lost.wait_for_quiet()
                self._retire()
            if self._daemon is None:
                self._daemon = await Daemon.start(self._command, self._env_vars, self._secret)
            return self._daemon

    def _retire(self) -> None:
        """Close the idle workers, then have the daemon end."""
        while self._idle:
            self._idle.pop().close()
        daemon, self._daemon = self._daemon, None
        if daemon is not None:
            daemon.end()

    async def _release(self, connection: socket.socket) -> None:
        if self._simple is not None:
            connection.close()
        elif connection.fileno() >= 0 and connection not in self._idle:
            self._idle.append(connection)
            if self._clean_up is not None:
                self._clean_up.cancel()
            loop = asyncio.get_running_loop()
            self._clean_up = loop.call_later(_IDLE_S, self._close_idle)

    def _close_idle(self) -> None:
        for connection in self._idle:
            self._known.pop(connection, None)
            connection.close()
        self._idle.clear()

    async def _stop_worker(self, connection: socket.socket) -> None:
        if self._simple is not None:
            self._simple.stop_worker(connection)
            return
        if connection in self._idle:
            self._idle.remove(connection)
        known = self._known.pop(connection, None)
        if known is not None and known.daemon is self._daemon:
            known.daemon.request_kill(known.pid)
        connection.close()

    async def _stop(self) -> None:
        broken = list(self._creating)
        for task in broken:
            task.cancel()
        if broken:
            await asyncio.wait(broken)
        if self._simple is not None:
            self._simple.stop()
        if self._clean_up is not None:
            self._clean_up.cancel()
        self._retire()

    async def _pids(self) -> list[int]:
        if self._simple is not None:
            return self._simple.pids()
        return [known.pid for known in self._known.values()]


def _is_silent(connection: socket.socket) -> bool:
    """Whether a connection is open, and its peer says nothing."""
    if connection.fileno() < 0:
        return False
    poll = select.poll()
    poll.register(connection, select.POLLIN | select.POLLRDHUP)
    return not poll.poll(0)
