"""The daemon: `python -m reference_impl.daemon [worker_module]`.

It announces a port, forks a worker for every connection, kills workers on request, and
takes them along when it ends. It is a single thread, because it forks.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import sys
from contextlib import suppress

from . import forked, listening, wire

#: Signals that must not strike between a fork and the child's own handlers.
_HANDLED = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP)

#: After EAGAIN or EINTR a fork is tried once more, so much later (D-26).
_FORK_PAUSE_S = 1.0

#: How long workers may take to die of SIGHUP, in milliseconds; then they are killed.
_PATIENCE_MS = 250

_CHUNK_BYTES = 65536

TYPE_CHECKING = False  # typing would cost every daemon five milliseconds
if TYPE_CHECKING:
    import socket
    from typing import ClassVar, NoReturn


class Daemon:
    """The daemon's life.

    Args:
        worker_module: module whose `main` does the tasks.
    """

    worker_class: ClassVar[type[forked.ForkedWorker]] = forked.ForkedWorker

    def __init__(self, worker_module: str) -> None:
        self.worker_module = worker_module
        self.lead_group()
        self.children: set[int] = set()
        self.requests = b""
        self.is_over = False
        self._bell, bell = os.pipe()
        self._descriptors = (self._bell, bell)
        for fd in self._descriptors:
            os.set_blocking(fd, False)
        _install_handlers(bell)
        self.listener = listening.listen()

    def run(self) -> int:
        """Announce, serve, end.

        Returns:
            The exit status, which is 0.
        """
        self.announce()
        watched = (0, self._bell, self.listener.fileno())
        while not self.is_over:
            ready = self.wait(watched)
            if self._bell in ready:
                self.answer_bell()
            if 0 in ready:
                self.read_requests()
            if self.listener.fileno() in ready and not self.is_over:
                self.accept()
        self.end_workers()
        return 0

    def lead_group(self) -> None:
        """Lead a process group, so that one signal reaches all workers (D-01)."""
        if os.getpgrp() != os.getpid():
            os.setpgid(0, 0)

    def announce(self) -> None:
        """Tell on stdout where we listen."""
        os.write(1, listening.announcement(self.listener))

    def wait(self, fds: tuple[int, ...]) -> set[int]:
        """Wait until there is something to read (D-39: not by select).

        Args:
            fds: descriptors, which may be 1024 and more.

        Returns:
            Those that are ready.
        """
        poller = select.poll()
        for fd in fds:
            poller.register(fd, select.POLLIN)
        return {fd for fd, _ in poller.poll()}

    def answer_bell(self) -> None:
        """See which signals have come: children are reaped, SIGTERM ends it all."""
        numbers = os.read(self._bell, _CHUNK_BYTES)
        if signal.SIGCHLD in numbers:
            self.reap()
        if signal.SIGTERM in numbers or signal.SIGINT in numbers:
            self.is_over = True

    def read_requests(self) -> None:
        """Take what has come on stdin; half a record waits for its rest (D-16)."""
        chunk = os.read(0, _CHUNK_BYTES)
        if not chunk:
            self.is_over = True
        self.requests += chunk
        while len(self.requests) >= wire.INT_BYTES:
            record = self.requests[: wire.INT_BYTES]
            self.requests = self.requests[wire.INT_BYTES :]
            self.kill(wire.unpack_int(record))

    def kill(self, pid: int) -> None:
        """Kill this worker; whoever is not our child is none of our business (D-15)."""
        if pid in self.children:
            os.kill(pid, signal.SIGKILL)

    def reap(self) -> None:
        """Reap the workers that have ended."""
        for pid in list(self.children):
            if os.waitpid(pid, os.WNOHANG)[0]:
                self.children.discard(pid)

    def accept(self) -> None:
        """Take one connection and fork its worker."""
        try:
            sock, _ = self.listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                select.select([], [], [], 0.05)  # it would be ready again at once
            return
        with sock:
            sock.setblocking(True)  # noqa: FBT003 - the listener's mode is inherited
            self.fork(sock)

    def fork(self, sock: socket.socket) -> None:
        """Fork the worker of this connection, or send the reason why not (D-28)."""
        try:
            pid = self.fork_guarded()
        except OSError as error:
            self.refuse(sock, -(error.errno or 1))
            return
        if pid == 0:
            self.leave_to_child(sock)
        self.children.add(pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDLED)

    def fork_guarded(self) -> int:
        """Fork with our signals blocked; the child unblocks them when it is ready.

        Else a SIGTERM or SIGHUP of the daemon's end could run into a child that still
        has the daemon's handlers, and be lost. A blocked signal waits, even an ignored
        one.

        Returns:
            The child's pid, or 0 in the child.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, _HANDLED)
        try:
            return self.fork_twice()
        except OSError:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDLED)
            raise

    def fork_twice(self) -> int:
        """Fork, and try once more if the system has no room just now (D-26)."""
        try:
            return os.fork()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EINTR):
                raise
        select.select([], [], [], _FORK_PAUSE_S)
        return os.fork()

    def refuse(self, sock: socket.socket, number: int) -> None:
        """Tell the peer that there will be no worker, and why."""
        with suppress(OSError):
            sock.sendall(wire.pack_int(number))

    def leave_to_child(self, sock: socket.socket) -> NoReturn:
        """In the child: drop what is the daemon's alone, and live as a worker (D-24)."""
        self.listener.close()
        for fd in self._descriptors:
            os.close(fd)
        self.worker_class(sock, self.worker_module).live()

    def end_workers(self) -> None:
        """SIGHUP for the whole group, SIGKILL for those who do not heed it."""
        listening.close(self.listener)
        os.kill(0, signal.SIGHUP)
        os.kill(0, signal.SIGCONT)
        poller = select.poll()
        poller.register(self._bell, select.POLLIN)
        self.reap()
        while self.children and poller.poll(_PATIENCE_MS):
            os.read(self._bell, _CHUNK_BYTES)
            self.reap()
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)
        for pid in self.children:
            os.waitpid(pid, 0)


def _install_handlers(bell: int) -> None:
    """Let signals ring the bell; the daemon itself never dies of SIGHUP (D-19)."""
    signal.set_wakeup_fd(bell, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, _ring)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _ring(_number: int, _frame: object) -> None:
    """Do nothing: the number stands in the pipe of set_wakeup_fd already."""


def run(daemon_class: type[Daemon]) -> NoReturn:
    """Be a daemon until it is over.

    Args:
        daemon_class: which daemon.
    """
    status = daemon_class(forked.worker_module_of(sys.argv[1:])).run()
    sys.stdout.flush()
    os._exit(status)  # nothing is left to clean up, and factories wait for the end


if __name__ == "__main__":
    run(Daemon)
