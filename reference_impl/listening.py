"""Where the daemon listens: on the loopback address, or on a socket file of its own.

A socket file stands in for the secret: only its owner may connect to it (section 3.2).
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress

from . import wire

_BACKLOG = max(1024, socket.SOMAXCONN)


def listen() -> socket.socket:
    """Listen where the factory says.

    Returns:
        The listening socket, which does not block.
    """
    if _is_true("PYTHON_UNIX_DOMAIN_ENABLED"):
        listener = _bind_file(os.environ["PYTHON_WORKER_FACTORY_SOCK_DIR"])
    else:
        listener = _bind_loopback(is_v6=_is_true("SPARK_PREFER_IPV6"))
    listener.listen(_BACKLOG)
    listener.setblocking(False)  # noqa: FBT003 - the name says it
    return listener


def announcement(listener: socket.socket) -> bytes:
    """What tells the factory where we listen: the port, or the file's path as a text."""
    name = listener.getsockname()
    return wire.pack_text(name) if isinstance(name, str) else wire.pack_int(name[1])


def close(listener: socket.socket) -> None:
    """Stop listening and leave no file behind (D-37)."""
    name = listener.getsockname()
    listener.close()
    if isinstance(name, str):
        with suppress(OSError):
            os.unlink(name)  # pathlib would cost the daemon five milliseconds


def _bind_loopback(*, is_v6: bool) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET)
    listener.bind(("::1" if is_v6 else "127.0.0.1", 0))
    return listener


def _bind_file(directory: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o077)
    listener.bind(f"{directory}/.{os.urandom(16).hex()}.sock")
    os.umask(before)
    return listener


def _is_true(variable: str) -> bool:
    return os.environ.get(variable, "").lower() == "true"
