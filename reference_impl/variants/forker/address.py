"""Where the daemon listens, and how it says so."""

from __future__ import annotations

import os
import socket
import struct
import uuid

_BACKLOG = 4096


def listen() -> socket.socket:
    """Listen where the environment says.

    Returns:
        The socket, which does not block: a peer may be gone before it is accepted.
    """
    if is_true("PYTHON_UNIX_DOMAIN_ENABLED"):
        listener = _on_file(os.environ["PYTHON_WORKER_FACTORY_SOCK_DIR"])
    elif is_true("SPARK_PREFER_IPV6"):
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6, backlog=_BACKLOG)
    else:
        listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
    listener.settimeout(0.0)
    return listener


def _on_file(directory: str) -> socket.socket:
    if len(directory) > 60:  # noqa: PLR2004 - a path of this kind has room for 107 bytes
        raise ValueError(f"the directory of sockets has too long a name: {directory}")
    listener = socket.socket(socket.AF_UNIX)
    usual = os.umask(0o177)  # nobody but its owner may connect
    listener.bind(os.path.join(directory, f".{uuid.uuid4()}.sock"))
    os.umask(usual)
    listener.listen(_BACKLOG)
    return listener


def announce(listener: socket.socket) -> None:
    """Say on standard output where we listen."""
    name = listener.getsockname()
    if isinstance(name, str):
        raw = os.fsencode(name)
        os.write(1, struct.pack(">i", len(raw)) + raw)
    else:
        os.write(1, struct.pack(">i", name[1]))


def is_true(variable: str) -> bool:
    """Whether a variable says `true`, in any case of letters."""
    return os.environ.get(variable, "").lower() == "true"
