"""A forked worker: becomes an ordinary process, checks the secret, does tasks."""

from __future__ import annotations

import ctypes
import gc
import hmac
import importlib
import os
import signal
import socket
import struct
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import NoReturn

    Task = Callable[[BinaryIO, BinaryIO], None]

#: Who serves where the command names nobody, or somebody else's word.
_DEFAULT_MODULE = "reference_impl.worker"

#: prctl(2): a signal for who survives its parent.
_PR_SET_PDEATHSIG = 1

_LONGEST_SECRET = 1 << 12
_INT = struct.Struct(">i")
_libc = ctypes.CDLL(None, use_errno=True)


class Worker:
    """One worker.

    Args:
        connection: its own, which blocks.
        arguments: of the daemon's command.
        held_back: signals to let through when it is ready for them.
    """

    def __init__(
        self, connection: socket.socket, arguments: list[str], held_back: Collection[signal.Signals]
    ) -> None:
        self._connection = connection
        self._arguments = arguments
        self._held_back = held_back

    def live(self, waiting: int) -> NoReturn:
        """Live, and exit.

        Args:
            waiting: a pipe that ends when the daemon has told our pid.
        """
        status = 1
        try:
            self._settle()
            os.read(waiting, 1)
            os.close(waiting)
            if self._is_trusted():
                status = self._serve()
        except KeyboardInterrupt:
            pass
        except BaseException:  # noqa: BLE001 - nobody else is left to hear of it
            traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError, ValueError):
                    stream.flush()
            os._exit(status)

    def _settle(self) -> None:
        """Have the usual signals and no input; die with the daemon, however it dies."""
        parent = os.getppid()
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        for number in (signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self._held_back)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)

    def _is_trusted(self) -> bool:
        """Check the secret; whoever may use our socket file needs none."""
        if self._connection.family == socket.AF_UNIX:
            return True
        try:
            offered = self._read_secret()
            secret = os.environ.get("PYTHON_WORKER_FACTORY_SECRET", "").encode()
            if offered is None or not secret:
                return False
            is_right = hmac.compare_digest(offered, secret)
            reply = b"ok" if is_right else b"err"
            self._connection.sendall(_INT.pack(len(reply)) + reply)
        except OSError:
            return False
        return is_right

    def _read_secret(self) -> bytes | None:
        """Read length and bytes; None if they do not come, or cannot be a secret."""
        head = self._connection.recv(_INT.size, socket.MSG_WAITALL)
        if len(head) < _INT.size:
            return None
        (size,) = _INT.unpack(head)
        if not 0 <= size <= _LONGEST_SECRET:
            return None
        body = self._connection.recv(size, socket.MSG_WAITALL) if size else b""
        return body if len(body) == size else None

    # -- tasks ---------------------------------------------------------------------------------

    def _serve(self) -> int:
        """Do tasks; the exit status."""
        named = self._arguments[0] if self._arguments else ""
        module = named if named.startswith("pyspark") else _DEFAULT_MODULE
        task: Task = importlib.import_module(module).main
        reader = os.fdopen(os.dup(self._connection.fileno()), "rb", 1 << 16)
        writer = os.fdopen(os.dup(self._connection.fileno()), "wb", 1 << 16)
        is_reused = bool(os.environ.get("SPARK_REUSE_WORKER"))
        while _has_more(reader):
            status = _do(task, reader, writer)
            if status or not is_reused:
                self._linger()
                return status
            gc.collect()
        return 0

    def _linger(self) -> None:
        """Let the peer read all there is: it closes first."""
        with suppress(OSError):
            while self._connection.recv(1 << 16):
                pass


def _has_more(reader: BinaryIO) -> bool:
    """Wait for the next task, or for the end of the connection."""
    try:
        return bool(reader.peek(1))  # type: ignore[attr-defined]
    except OSError:
        return False


def _do(task: Task, reader: BinaryIO, writer: BinaryIO) -> int:
    """Do one task; what it ends with."""
    status = 0
    try:
        task(reader, writer)
    except SystemExit as error:
        if isinstance(error.code, int):
            status = error.code & 0xFF
        elif error.code is not None:
            status = 1
    try:
        writer.flush()
    except (OSError, ValueError):
        if os.environ.get("PYTHON_DAEMON_KILL_WORKER_ON_FLUSH_FAILURE"):
            raise
        traceback.print_exc()
    return status
