"""The life of a worker that the daemon has forked, from its first breath to its exit."""

from __future__ import annotations

import os
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module

from . import serving, wire

TYPE_CHECKING = False  # typing would cost every daemon five milliseconds
if TYPE_CHECKING:
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


class ForkedWorker:
    """One worker, in the process that was forked for it.

    Args:
        sock: the connection.
        worker_module: module whose `main` does the tasks; imported only when the peer
            has proved its secret, so that what it starts stays here (D-36).
    """

    def __init__(self, sock: socket.socket, worker_module: str) -> None:
        self.sock = sock
        self.worker_module = worker_module

    def live(self) -> NoReturn:
        """Serve the connection and exit."""
        status = 1
        try:
            self.settle()
            status = self.work()
        except KeyboardInterrupt:
            pass
        except BaseException as error:  # noqa: BLE001 - the last frame of this process
            sys.excepthook(type(error), error, error.__traceback__)
        finally:
            _flush_output()
            os._exit(status)

    def settle(self) -> None:
        """Become an ordinary process: the usual signals, an empty stdin."""
        signal.set_wakeup_fd(-1)
        self.restore_signals()
        self.empty_stdin()
        signal.pthread_sigmask(
            signal.SIG_UNBLOCK,
            (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP),
        )

    def restore_signals(self) -> None:
        """Let signals do what they do in any Python process (D-22)."""
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def empty_stdin(self) -> None:
        """Keep tasks from reading the daemon's kill requests (D-23)."""
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)

    def work(self) -> int:
        """Acknowledge, let the peer prove itself, do its tasks.

        Returns:
            The exit status.
        """
        try:
            self.acknowledge()
        except OSError:
            return 1
        return self.serve() if self.is_trusted() else 1

    def acknowledge(self) -> None:
        """Send our pid, before anything else (D-05)."""
        self.sock.sendall(wire.pack_int(os.getpid()))

    def is_trusted(self) -> bool:
        """Whether the peer may have tasks done."""
        is_own_file = self.sock.family == socket.AF_UNIX
        return is_own_file or serving.is_authenticated(self.sock)

    def serve(self) -> int:
        """Do the peer's tasks; the exit status."""
        task = import_module(self.worker_module).main
        reuse = bool(os.environ.get(serving.REUSE_VARIABLE))
        return serving.serve(self.sock, task, reuse=reuse)


def _flush_output() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
