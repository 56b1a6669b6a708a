"""What a worker does once it has a connection: prove or check the secret, then tasks.

A task is one call of `main(infile, outfile)` of the worker module, as in pyspark.worker:
returning means done, SystemExit with a status means that it ended badly.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from contextlib import suppress

from . import auth, wire

TYPE_CHECKING = False  # typing would cost every daemon five milliseconds
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    Task = Callable[[io.BufferedReader, io.BufferedWriter], None]

#: Set and not empty, it makes a worker serve task after task on one connection.
REUSE_VARIABLE = "SPARK_REUSE_WORKER"

#: Set and not empty, it makes a worker end when its output cannot be delivered (4.1).
STRICT_FLUSH_VARIABLE = "PYTHON_DAEMON_KILL_WORKER_ON_FLUSH_FAILURE"

_LONGEST_TEXT_BYTES = 4096
_DRAIN_BYTES = 65536


def read_exact(sock: socket.socket, size: int) -> bytes:
    """Read exactly so many bytes.

    Args:
        sock: a blocking socket.
        size: how many.

    Returns:
        The bytes.

    Raises:
        EOFError: the peer has closed before.
    """
    raw = b""
    while len(raw) < size:
        chunk = sock.recv(size - len(raw))
        if not chunk:
            raise EOFError
        raw += chunk
    return raw


def read_text(sock: socket.socket) -> str:
    """Read a text that can be a secret or a reply.

    Args:
        sock: a blocking socket.

    Returns:
        The text; bytes that are no UTF-8 are replaced.

    Raises:
        EOFError: the peer has closed before, or the length cannot be.
    """
    length = wire.unpack_int(read_exact(sock, wire.INT_BYTES))
    if not 0 <= length <= _LONGEST_TEXT_BYTES:
        raise EOFError
    return read_exact(sock, length).decode(errors="replace")


def own_file(sock: socket.socket, mode: str) -> io.FileIO:
    """Open a file over the connection that a task may close without harm.

    Args:
        sock: the connection.
        mode: `rb` or `wb`.

    Returns:
        The file, unbuffered.
    """
    return io.FileIO(os.dup(sock.fileno()), mode)


def is_authenticated(sock: socket.socket) -> bool:
    """Let the factory prove that it knows the secret, and answer it.

    Args:
        sock: the connection, on which our pid has been sent.

    Returns:
        Whether it knows it. Without a secret of our own nobody does, and there is no
        answer.
    """
    secret = os.environ.get(auth.SECRET_VARIABLE)
    try:
        offered = read_text(sock)
        is_right = bool(secret) and auth.is_same_secret(offered, secret or "")
        if secret:
            sock.sendall(wire.pack_text(wire.OK if is_right else wire.ERR))
    except (EOFError, OSError):
        return False
    return is_right


def serve(sock: socket.socket, task: Task, *, reuse: bool) -> int:
    """Do tasks on this connection until it ends.

    Args:
        sock: the connection, authenticated.
        task: `main` of the worker module.
        reuse: whether another task may follow one that ended well.

    Returns:
        The exit status of the worker.
    """
    size = int(os.environ.get("SPARK_BUFFER_SIZE") or _DRAIN_BYTES)
    infile: io.BufferedReader = io.BufferedReader(own_file(sock, "rb"), size)
    outfile: io.BufferedWriter = io.BufferedWriter(own_file(sock, "wb"), size)
    while _is_task_waiting(infile):
        status = run_task(task, infile, outfile)
        if status != 0 or not reuse:
            _wait_for_close(sock)
            return status
        gc.collect()
    return 0


def run_task(task: Task, infile: io.BufferedReader, outfile: io.BufferedWriter) -> int:
    """Do one task and deliver its output.

    Args:
        task: `main` of the worker module.
        infile: what comes from the peer.
        outfile: what goes to it.

    Returns:
        0, or the status that the task ended with.
    """
    try:
        task(infile, outfile)
        status = 0
    except SystemExit as error:
        status = _status(error.code)
    try:
        outfile.flush()
    except OSError:
        if os.environ.get(STRICT_FLUSH_VARIABLE):
            raise
        sys.stderr.write("The output of a task could not be delivered\n")
    return status


def _status(code: object) -> int:
    """What the system makes of SystemExit's code, which may be anything."""
    if code is None:
        return 0
    return code & 0xFF if isinstance(code, int) else 1


def _is_task_waiting(infile: io.BufferedReader) -> bool:
    """Wait for the next task; there is none when the peer has closed."""
    try:
        return bool(infile.peek(1))
    except OSError:
        return False


def _wait_for_close(sock: socket.socket) -> None:
    """Let the peer read everything before we end (SPARK-4088)."""
    with suppress(OSError):
        while sock.recv(_DRAIN_BYTES):
            pass
