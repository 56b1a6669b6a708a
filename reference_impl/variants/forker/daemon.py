"""The daemon's life: accept and fork, kill on request, end and take the workers along."""

from __future__ import annotations

import errno
import os
import selectors
import signal
import struct
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from . import address
from .worker import Worker

if TYPE_CHECKING:
    import socket

#: Held back around a fork, so that none meets a child that still has the daemon's handlers.
_HELD_BACK = {signal.SIGHUP, signal.SIGINT, signal.SIGTERM}

#: Between a fork that was refused for now and the next attempt.
_FORK_PAUSE_S = 1.0

_RECORD = struct.Struct(">i")


class Daemon:
    """A daemon that lives in one thread.

    Args:
        arguments: of its command; the first names the worker module.
    """

    def __init__(self, arguments: list[str]) -> None:
        with suppress(PermissionError):  # who leads a session leads its group
            os.setpgid(0, 0)
        self._arguments = arguments
        self._workers: dict[int, int] = {}  # pid to pidfd
        self._requests = bytearray()
        self._is_over = False
        self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._listener = address.listen()
        self._selector = selectors.EpollSelector()

    def run(self) -> int:
        """Live.

        Returns:
            The exit status of an orderly end, which is 1, as that of Spark's daemon.
        """
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ring)
        for fileobj, react in (
            (self._bell, self._end),
            (self._listener, self._accept),
            (sys.stdin.fileno(), self._hear),
        ):
            self._selector.register(fileobj, selectors.EVENT_READ, react)
        address.announce(self._listener)
        while not self._is_over:
            for key, _ in self._selector.select():
                if not self._is_over:
                    key.data(key.fd)
        self._take_workers_along()
        return 1

    def _ring(self, _number: int, _frame: object) -> None:
        os.eventfd_write(self._bell, 1)

    def _end(self, _fd: int) -> None:
        self._is_over = True

    # -- kill requests ---------------------------------------------------------------------

    def _hear(self, fd: int) -> None:
        """Take in what stands on stdin; half a record waits for its other half."""
        heard = os.read(fd, 4096)
        self._is_over = not heard
        self._requests += heard
        whole = len(self._requests) // _RECORD.size * _RECORD.size
        for (pid,) in _RECORD.iter_unpack(self._requests[:whole]):
            if pid in self._workers:
                signal.pidfd_send_signal(self._workers[pid], signal.SIGKILL)
        del self._requests[:whole]

    def _bury(self, pidfd: int) -> None:
        """Collect a worker that has ended: its pidfd is readable."""
        ended = os.waitid(os.P_PIDFD, pidfd, os.WEXITED)
        self._selector.unregister(pidfd)
        os.close(pidfd)
        if ended is not None:
            del self._workers[ended.si_pid]

    # -- new workers -------------------------------------------------------------------------

    def _accept(self, _fd: int) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                time.sleep(0.01)  # somebody may end meanwhile
            return
        with connection:
            connection.settimeout(None)
            self._hire(connection)

    def _hire(self, connection: socket.socket) -> None:
        waiting, starting = os.pipe()
        try:
            pid = self._fork()
        except OSError as error:
            with suppress(OSError):
                connection.sendall(_RECORD.pack(-(error.errno or errno.EIO)))
        else:
            if pid == 0:
                os.close(starting)
                self._become_worker(connection, waiting)
            self._welcome(pid, connection)
        finally:
            os.close(waiting)
            os.close(starting)  # it is the end of this pipe that the worker waits for

    def _fork(self) -> int:
        signal.pthread_sigmask(signal.SIG_BLOCK, _HELD_BACK)
        pid = -1
        try:
            pid = self._fork_patiently()
        finally:
            if pid != 0:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, _HELD_BACK)
        return pid

    def _fork_patiently(self) -> int:
        for_now = (errno.EAGAIN, errno.EINTR)
        try:
            return os.fork()
        except OSError as error:
            if error.errno not in for_now:
                raise
        time.sleep(_FORK_PAUSE_S)
        try:
            return os.fork()
        except OSError as error:
            self._is_over = error.errno in for_now
            raise

    def _welcome(self, pid: int, connection: socket.socket) -> None:
        """Keep hold of a new worker, and tell its pid to its peer."""
        pidfd = os.pidfd_open(pid)
        self._workers[pid] = pidfd
        self._selector.register(pidfd, selectors.EVENT_READ, self._bury)
        with suppress(OSError):  # the peer may have gone; the worker will notice
            connection.sendall(_RECORD.pack(pid))

    def _become_worker(self, connection: socket.socket, waiting: int) -> NoReturn:
        """In the child: let go of what is the daemon's, and live as a worker."""
        self._listener.close()
        self._selector.close()
        for fd in (self._bell, *self._workers.values()):
            os.close(fd)
        Worker(connection, self._arguments, _HELD_BACK).live(waiting)

    # -- the end ---------------------------------------------------------------------------------

    def _take_workers_along(self) -> None:
        name = self._listener.getsockname()
        self._listener.close()
        if isinstance(name, str):
            with suppress(FileNotFoundError):
                os.unlink(name)
        for pidfd in self._workers.values():
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        for pidfd in self._workers.values():
            os.waitid(os.P_PIDFD, pidfd, os.WEXITED)
