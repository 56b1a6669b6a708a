"""The worker: echoes what it is sent. As a program it is a simple worker.

A task is a length and that many bytes; the answer is our pid, the length, the bytes.
"""

from __future__ import annotations

import os
import socket
import sys

from . import auth, serving, wire

TYPE_CHECKING = False  # typing would cost every worker five milliseconds
if TYPE_CHECKING:
    from io import BufferedReader, BufferedWriter


def main(infile: BufferedReader, outfile: BufferedWriter) -> None:
    """Do one task.

    Args:
        infile: the task; at its end there is nothing to do.
        outfile: where the answer goes.
    """
    head = infile.read(wire.INT_BYTES)
    if len(head) < wire.INT_BYTES:
        return
    body = infile.read(wire.unpack_int(head))
    outfile.write(wire.pack_int(os.getpid()) + head + body)
    outfile.flush()


def connect_back() -> int:
    """Be a simple worker: connect to the factory, prove the secret, tell our pid, work.

    Returns:
        The exit status.
    """
    is_v6 = os.environ.get("SPARK_PREFER_IPV6", "").lower() == "true"
    port = int(os.environ["PYTHON_WORKER_FACTORY_PORT"])
    with socket.create_connection(("::1" if is_v6 else "127.0.0.1", port)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(wire.pack_text(os.environ[auth.SECRET_VARIABLE]))
        if serving.read_text(sock) != wire.OK:
            return 1
        sock.sendall(wire.pack_int(os.getpid()))
        return serving.serve(sock, main, reuse=True)


if __name__ == "__main__":
    sys.exit(connect_back())
