"""A daemon, and the handshakes that go on with it."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from . import talk
from .child import Child, prefers_ipv6, python_path

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

_ANNOUNCE_S = 12.0
#: How long a daemon that did not start may take to end, so that it can be asked why.
_EXPLAIN_S = 10.0


class Daemon:
    """A daemon that runs.

    Args:
        child: its process.
        port: where it listens.
        is_ipv6: at ::1.
    """

    def __init__(self, child: Child, port: int, *, is_ipv6: bool) -> None:
        self._child = child
        self._port = port
        self._is_ipv6 = is_ipv6
        self._handshakes = 0
        self._is_quiet = asyncio.Event()
        self._is_quiet.set()

    @classmethod
    async def start(cls, command: list[str], env_vars: Mapping[str, str], secret: str) -> Daemon:
        """Start one.

        Args:
            command: its program and arguments.
            env_vars: the caller's variables.
            secret: of the factory.

        Returns:
            The daemon.
        """
        child = Child(command, env_vars, {"PYTHON_WORKER_FACTORY_SECRET": secret})
        try:
            async with talk.within(_ANNOUNCE_S, f"port from {command[-1]}"):
                word = await asyncio.shield(child.first)
            port = await _port(word, child, command, env_vars)
        except BaseException:
            child.end()
            raise
        return cls(child, port, is_ipv6=prefers_ipv6(env_vars))

    async def open_worker(self, secret: str) -> tuple[socket.socket, int]:
        """Get a new worker.

        Args:
            secret: of the factory.

        Returns:
            Its connection and its pid.
        """
        async with self._handshake():
            family = socket.AF_INET6 if self._is_ipv6 else socket.AF_INET
            connection = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            try:
                pid = await self._shake_hands(connection, secret)
            except BaseException:
                connection.close()
                raise
            connection.setblocking(True)  # noqa: FBT003 - the name says it
            return connection, pid

    def request_kill(self, pid: int) -> None:
        """Ask it to kill a worker."""
        self._child.write(struct.pack("!i", pid))

    async def wait_for_quiet(self) -> None:
        """Wait until no handshake goes on."""
        await self._is_quiet.wait()

    def end(self) -> None:
        """Have it end."""
        self._child.end()

    @asynccontextmanager
    async def _handshake(self) -> AsyncGenerator[None]:
        self._handshakes += 1
        self._is_quiet.clear()
        try:
            yield
        finally:
            self._handshakes -= 1
            if not self._handshakes:
                self._is_quiet.set()

    async def _shake_hands(self, connection: socket.socket, secret: str) -> int:
        host = "::1" if self._is_ipv6 else "127.0.0.1"
        async with talk.within(talk.VALUE_S, "connection"):
            await asyncio.get_running_loop().sock_connect(connection, (host, self._port))
        async with talk.within(talk.VALUE_S, "pid"):
            pid = await talk.read_number(connection)
        if pid <= 0:
            raise RuntimeError(f"{pid} is no pid: the daemon has no worker for us")
        async with talk.within(talk.VALUE_S, "reply"):
            await talk.send_text(connection, secret.encode())
            reply = await talk.read_text(connection)
        if reply != b"ok":
            raise ValueError("Authentication failed.")
        return pid


async def _port(word: bytes, child: Child, command: list[str], env_vars: Mapping[str, str]) -> int:
    """The port that a first word stands for, or what is wrong with it."""
    number = struct.unpack("!i", word)[0] if len(word) == 4 else None  # noqa: PLR2004
    if number is not None and 0 < number <= 0xFFFF:  # noqa: PLR2004 - ports have 16 bits
        return int(number)
    complaint = f"{command[-1]} announced no port: its stdout ended"
    if number is not None:
        complaint = f"{command[-1]} announced the port {number} (0x{number & 0xFFFFFFFF:08x})"
    complaint += f"; it was started by {' '.join(command)}"
    complaint += f" with the path {python_path(env_vars)}"
    done, _ = await asyncio.wait([child.ended], timeout=_EXPLAIN_S)
    if done:
        complaint += f"; it has ended ({child.ended.result()})"
        words = await child.last_words()
        complaint += f" and left these words: {words}" if words else ""
    raise RuntimeError(complaint)
