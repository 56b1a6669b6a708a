"""Workers without a daemon."""

from __future__ import annotations

import asyncio
import hmac
import socket
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from . import talk
from .child import Child, prefers_ipv6

if TYPE_CHECKING:
    from collections.abc import Mapping


class SimpleWorkers:
    """The simple workers of one factory.

    Args:
        command: their program and arguments.
        env_vars: the caller's variables.
        secret: of the factory.
    """

    def __init__(self, command: list[str], env_vars: Mapping[str, str], secret: str) -> None:
        self._command = command
        self._env_vars = env_vars
        self._secret = secret
        self._children: WeakKeyDictionary[socket.socket, Child] = WeakKeyDictionary()

    async def create(self) -> tuple[socket.socket, int]:
        """Start one.

        Returns:
            Its connection and its pid.

        Raises:
            RuntimeError: it did not connect back as it should; why, is its cause.
        """
        host, family = "127.0.0.1", socket.AF_INET
        if prefers_ipv6(self._env_vars):
            host, family = "::1", socket.AF_INET6
        with socket.create_server((host, 0), family=family, backlog=1) as listener:
            listener.setblocking(False)  # noqa: FBT003 - the name says it
            own = {
                "PYTHON_WORKER_FACTORY_PORT": str(listener.getsockname()[1]),
                "PYTHON_WORKER_FACTORY_SECRET": self._secret,
            }
            child = Child(self._command, self._env_vars, own)
            try:
                connection = await self._accept(listener, child)
                return await self._welcome(connection, child)
            except BaseException as error:
                child.end()
                if isinstance(error, asyncio.CancelledError):
                    raise
                raise RuntimeError("Python worker failed to connect back.") from error

    def stop_worker(self, connection: socket.socket) -> None:
        """Close the connection of one, then have it end."""
        child = self._children.pop(connection, None)
        connection.close()
        if child is not None:
            child.end()

    def stop(self) -> None:
        """Have all of them end."""
        for child in list(self._children.values()):
            child.end()

    def pids(self) -> list[int]:
        """The pids of all of them that somebody holds."""
        return [child.pid for child in self._children.values()]

    @staticmethod
    async def _accept(listener: socket.socket, child: Child) -> socket.socket:
        loop = asyncio.get_running_loop()
        accepting = loop.create_task(loop.sock_accept(listener))
        news: set[asyncio.Future[Any]] = {accepting, child.ended}
        try:
            async with talk.within(10.0, "connection"):
                await asyncio.wait(news, return_when=asyncio.FIRST_COMPLETED)
        finally:
            accepting.cancel()  # who has come is not sent away by this
        if child.ended.done():
            raise EOFError(f"the worker ended with status {child.ended.result()}")
        return accepting.result()[0]

    async def _welcome(self, connection: socket.socket, child: Child) -> tuple[socket.socket, int]:
        connection.setblocking(False)  # noqa: FBT003 - the name says it
        try:
            await self._check(connection)
            async with talk.within(talk.VALUE_S, "pid"):
                pid = _checked(await talk.read_number(connection))
        except BaseException:
            connection.close()
            raise
        connection.setblocking(True)  # noqa: FBT003 - the name says it
        self._children[connection] = child
        return connection, pid

    async def _check(self, connection: socket.socket) -> None:
        async with talk.within(10.0, "secret"):
            offered = await talk.read_text(connection)
        is_right = hmac.compare_digest(offered, self._secret.encode())
        await talk.send_text(connection, b"ok" if is_right else b"err")
        if not is_right:
            raise ValueError("Authentication failed.")


def _checked(pid: int) -> int:
    if pid < 0:
        raise ValueError("this is no pid")
    return pid
