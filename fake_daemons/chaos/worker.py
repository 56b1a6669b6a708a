"""A forked worker of the real daemon, and the streams that the daemon's code gets for it."""

from __future__ import annotations

import io
import os

from fake_daemons.chaos.ending import die, obey_signals, wait_for_end
from fake_daemons.chaos.misdeed import OF_SECRETS
from fake_daemons.chaos.telling import say
from fake_daemons.kernel import TYPE_CHECKING, override

if TYPE_CHECKING:
    from socket import socket

    from typing_extensions import Buffer

    from fake_daemons.chaos.chaos import Chaos

_LOOK_BYTES = 65536


class Worker:
    """What chaos knows of the worker that this process is.

    Args:
        chaos: the fault.
        connection: to the factory.
        first_pid: of the daemon's first worker.

    Attributes:
        is_known: whether it has been authenticated, or need not be.
        points: that it has passed.
    """

    def __init__(self, chaos: Chaos, connection: socket, first_pid: int) -> None:
        self.chaos, self.connection = chaos, connection
        self.is_known = os.environ.get("PYTHON_UNIX_DOMAIN_ENABLED", "").lower() == "true"
        self.points: set[str] = set()
        self._first_pid = first_pid
        self._task = 0
        self._left = 0

    def came(self, point: str, *about: object) -> bool:
        """Pass a point of a worker's life.

        Args:
            point: its name.
            *about: what the fault's function gets between worker and argument.

        Returns:
            Whether the fault struck.
        """
        self.points.add(point)
        return self.chaos.came(point, self, *about)

    def begin_task(self) -> None:
        """The first bytes of a task have been read: a fault may be due in it."""
        self.points.add("task")
        self._task = self.chaos.is_due("task")
        self._left = int(self.chaos.argument.rpartition(",")[2]) if self._task else 0
        if self._task and not self._left:
            self._strike_in_task()

    def end_task(self) -> None:
        """The task has ended; tell if it wrote less than the fault waited for."""
        if self._task:
            name = self.chaos.misdeed.name
            say(f"{name} did not strike: the task wrote {self._left} bytes too few")
        self._task = 0

    def room(self, size: int) -> int:
        """Tell how much of an output may be written before the fault strikes.

        Args:
            size: of the output, in bytes.

        Returns:
            So many bytes.
        """
        return min(size, self._left) if self._task else size

    def wrote(self, size: int) -> None:
        """Count output of the task; the fault strikes when enough is written.

        Args:
            size: in bytes.
        """
        self._left -= size
        if self._task and self._left <= 0:
            self._strike_in_task()

    def _strike_in_task(self) -> None:
        occasion, self._task = self._task, 0
        self.chaos.strike(occasion, self)

    def send(self, raw: bytes) -> None:
        """Write to the factory.

        Args:
            raw: the bytes.
        """
        self.connection.sendall(raw)

    def drain(self) -> None:
        """Say no more; exit when the factory closes, or by a signal."""
        obey_signals()
        try:
            while self.connection.recv(_LOOK_BYTES):
                pass
        except OSError:
            pass
        die("exit")

    def pid_of(self, whose: str) -> int:
        """Find a pid that is not this worker's own.

        Args:
            whose: `parent`, `first` (the daemon's first worker) or `gone`.

        Returns:
            The pid.
        """
        if whose == "parent":
            return os.getppid()
        return (self._first_pid or os.getpid()) if whose == "first" else _gone_pid()

    def look_back(self) -> None:
        """At the end of the process: the daemon's code must have come to our point."""
        name, point = self.chaos.misdeed.name, self.chaos.misdeed.point
        if point in {"pid", *OF_SECRETS} and point not in self.points:
            say(f"{name} cannot strike: pyspark.daemon never came to the point {point!r}")


def _gone_pid() -> int:
    """A pid that was there a moment ago; the daemon will kill nobody by it (see `Os.kill`)."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    wait_for_end(pid)  # as in the daemon, the kernel reaps the children of this process
    return pid


class PidStream(io.RawIOBase):
    """Where the daemon's code writes the pid of a worker.

    Args:
        worker: whose pid.
    """

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self._worker = worker

    @override
    def writable(self) -> bool:
        """Tell that this can be written to.

        Returns:
            True.
        """
        return True

    @override
    def write(self, raw: Buffer, /) -> int:
        """Send the pid, or commit the fault.

        Args:
            raw: the pid.

        Returns:
            How much was written: all.
        """
        whole = bytes(raw)
        if not self._worker.came("pid", whole):
            self._worker.send(whole)
        return len(whole)


class Input(io.FileIO):
    """What the worker reads from the factory.

    Args:
        fd: descriptor of the connection.
        worker: that reads.
    """

    def __init__(self, fd: int, worker: Worker) -> None:
        super().__init__(fd, "rb")
        self._worker = worker
        self._has_begun = False

    @override
    def readinto(self, buffer: Buffer, /) -> int | None:
        """Read; the first bytes behind the secret begin a task.

        Args:
            buffer: to read into.

        Returns:
            How much was read.
        """
        size = super().readinto(buffer)
        if not size:
            self._worker.came("close")
        elif self._worker.is_known and not self._has_begun:
            self._has_begun = True
            self._worker.begin_task()
        return size


class Output(io.FileIO):
    """What the worker writes to the factory: its reply to the secret, then its tasks' output.

    Args:
        fd: descriptor of the connection.
        worker: that writes.
    """

    def __init__(self, fd: int, worker: Worker) -> None:
        super().__init__(fd, "wb")
        self._worker = worker

    @override
    def write(self, raw: Buffer, /) -> int:
        """Write, or commit the fault.

        Args:
            raw: the output.

        Returns:
            How much of it was written.
        """
        if not self._worker.is_known:
            return self._reply(bytes(raw))
        view = memoryview(raw).cast("B")
        size = super().write(view[: self._worker.room(len(view))])
        self._worker.wrote(size)
        return size

    def _reply(self, reply: bytes) -> int:
        self._worker.is_known = True
        if not self._worker.came("reply", reply):
            self._worker.send(reply)
        self._worker.came("replied")
        return len(reply)
