"""The life of a worker that the daemon has forked, from its first breath to its exit."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from importlib import import_module

from . import serving, wire

TYPE_CHECKING = False  # typing would cost every daemon five milliseconds
if TYPE_CHECKING:
    import socket
    from typing import NoReturn

#: The worker module for whoever names none, or one that is not meant for a daemon.
DEFAULT_WORKER_MODULE = "reference_impl.worker"


def worker_module_of(arguments: list[str]) -> str:
    """The worker module that the daemon's command names.

    Other arguments are those of a wrapper and mean something else (SPARK-48705).

    Args:
        arguments: the command's own.

    Returns:
        Name of the module.
    """
    named = arguments[0] if arguments else ""
    return named if named.startswith("pyspark") else DEFAULT_WORKER_MODULE


def live(sock: socket.socket, worker_module: str) -> NoReturn:
    """Serve this connection and exit.

    Args:
        sock: the connection.
        worker_module: module whose `main` does the tasks; imported only now, so that
            threads that it starts, and what it does to signals, stay here (D-36).
    """
    status = 1
    try:
        _settle()
        status = _work(sock, worker_module)
    except KeyboardInterrupt:
        pass
    except BaseException as error:  # noqa: BLE001 - the last frame of this process
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        _flush_output()
        os._exit(status)


def _settle() -> None:
    """Become an ordinary process: the usual signals, an empty stdin."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    signal.pthread_sigmask(
        signal.SIG_UNBLOCK,
        (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP),
    )


def _work(sock: socket.socket, worker_module: str) -> int:
    try:
        sock.sendall(wire.pack_int(os.getpid()))
    except OSError:
        return 1
    if not serving.is_authenticated(sock):
        return 1
    task = import_module(worker_module).main
    reuse = bool(os.environ.get(serving.REUSE_VARIABLE))
    return serving.serve(sock, task, reuse=reuse)


def _flush_output() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
