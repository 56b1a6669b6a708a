"""What is said on connections, by whoever does not want to wait for it himself."""

from __future__ import annotations

import asyncio
import struct
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncGenerator

#: How long each value may take.
VALUE_S = 10.0

_LONGEST = 1024


@asynccontextmanager
async def within(limit_s: float, what: str) -> AsyncGenerator[None]:
    """Limit a wait.

    Args:
        limit_s: how long it may take.
        what: is waited for.

    Yields:
        Nothing.

    Raises:
        TimeoutError: the time is over.
    """
    try:
        async with asyncio.timeout(limit_s):
            yield
    except TimeoutError:
        raise TimeoutError(f"no {what} within {limit_s:g} s") from None


async def read(connection: socket.socket, size: int) -> bytes:
    """Read so many bytes.

    Args:
        connection: which does not block.
        size: how many.

    Returns:
        The bytes.

    Raises:
        EOFError: the peer has closed before.
    """
    loop = asyncio.get_running_loop()
    whole = bytearray()
    while len(whole) < size:
        piece = await loop.sock_recv(connection, size - len(whole))
        if not piece:
            raise EOFError
        whole += piece
    return bytes(whole)


async def read_number(connection: socket.socket) -> int:
    """Read a number of four bytes."""
    (number,) = struct.unpack("!i", await read(connection, 4))
    return int(number)


async def read_text(connection: socket.socket) -> bytes:
    """Read a length and a text, which is empty if it cannot be one of ours."""
    length = await read_number(connection)
    return await read(connection, length) if 0 < length < _LONGEST else b""


async def send_text(connection: socket.socket, text: bytes) -> None:
    """Send length and text in one piece."""
    framed = struct.pack("!i", len(text)) + text
    await asyncio.get_running_loop().sock_sendall(connection, framed)
