"""What pyspark.daemon gets in place of `os`, `socket` and `signal`: the same, with our points.

Only the names in that one module are replaced. Spark 3.5 to 4.3 use them alike.
"""

from __future__ import annotations

import io
import os
import signal
import socket
from errno import EINTR

from fake_daemons.chaos.ending import parent_of
from fake_daemons.chaos.worker import Input, Output, PidStream, Worker
from fake_daemons.kernel import TYPE_CHECKING, override
from fake_daemons.wire import INT_BYTES, pack

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, ModuleType
    from typing import Any

    from typing_extensions import Buffer

    from fake_daemons.chaos.chaos import Chaos

    Handler = Callable[[int, FrameType | None], Any] | int | None

#: A kill request for nobody: no process has such a pid (PID_MAX_LIMIT is 2^22).
_NOBODY = 2**31 - 1


class Seam:
    """A module, some of whose names mean something else.

    Args:
        module: that is shown through.
    """

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


class Life:
    """Where the daemon stands, for all seams.

    Args:
        chaos: the fault.

    Attributes:
        connection: accepted last.
        worker: that this process is, or None in the daemon.
        first_pid: of the daemon's first worker, 0 before.
        forked: how many workers.
    """

    def __init__(self, chaos: Chaos) -> None:
        self.chaos = chaos
        self.connection: Connection | None = None
        self.worker: Worker | None = None
        self.first_pid = 0
        self.forked = 0

    def become_worker(self) -> None:
        """Go on as a worker, just forked for the connection in hand."""
        if self.connection is None:
            return
        self.worker = Worker(self.chaos, self.connection, self.first_pid)
        if self.chaos.misdeed.point == "nth" and self.forked == int(self.chaos.argument):
            self.chaos.came("nth")


class Connection(socket.socket):
    """A connection that the daemon has accepted.

    Attributes:
        life: of its daemon.
    """

    life: Life

    @override
    def makefile(self, mode: str = "r", *more: Any, **particulars: Any) -> Any:
        """Give the daemon's code a file; in a worker it is for the pid.

        Args:
            mode: as `socket.makefile` has it.
            *more: likewise.
            **particulars: likewise.

        Returns:
            The file.
        """
        if self.life.worker is not None and "w" in mode:
            return io.BufferedWriter(PidStream(self.life.worker))
        return super().makefile(mode, *more, **particulars)  # type: ignore[call-overload]

    @override
    def recv(self, *particulars: Any) -> bytes:
        """Wait for the peer to close, as the daemon's code does behind a last task.

        Args:
            *particulars: as `socket.recv` has them.

        Returns:
            What came, nothing at the end.
        """
        got = super().recv(*particulars)
        if not got and self.life.worker is not None:
            self.life.worker.came("close")
        return got


class Listener(socket.socket):
    """The daemon's listening socket.

    Attributes:
        life: of its daemon.
    """

    life: Life

    @override
    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection.

        Returns:
            The connection and its peer.

        Raises:
            InterruptedError: if a fault has dealt with it: the daemon's code then goes on.
        """
        plain, peer = super().accept()
        connection = Connection(plain.family, plain.type, plain.proto, plain.detach())
        connection.life = self.life
        if self.life.chaos.came("accept", connection):
            raise InterruptedError(EINTR, "chaos dealt with this connection")
        self.life.connection = connection
        return connection, peer


class SocketSeam(Seam):
    """`socket`, whose sockets listen for us.

    Args:
        life: of the daemon.
    """

    def __init__(self, life: Life) -> None:
        super().__init__(socket)
        self._life = life

    def socket(self, *particulars: Any) -> Listener:
        """Make the daemon's listening socket.

        Args:
            *particulars: as `socket.socket` has them.

        Returns:
            The socket.
        """
        listener = Listener(*particulars)
        listener.life = self._life
        return listener


class SignalSeam(Seam):
    """`signal`, by which SIGTERM can be ignored.

    Args:
        chaos: the fault.
    """

    def __init__(self, chaos: Chaos) -> None:
        super().__init__(signal)
        self._chaos = chaos

    def signal(self, number: int, handler: Handler) -> Any:
        """Install a handler.

        Args:
            number: of the signal.
            handler: of the daemon's.

        Returns:
            The one before.
        """
        if number != signal.SIGTERM or not callable(handler):
            return signal.signal(number, handler)
        honest = handler

        def heed(signal_number: int, frame: FrameType | None) -> None:
            if not self._chaos.came("sigterm"):
                honest(signal_number, frame)

        return signal.signal(number, heed)


class OsSeam(Seam):
    """`os`, whose forks, kills and files come by us.

    Args:
        life: of the daemon.
    """

    def __init__(self, life: Life) -> None:
        super().__init__(os)
        self._life = life

    def fork(self) -> int:
        """Fork the worker of the connection in hand; an OSError if a fault refuses it.

        Returns:
            0 in the worker, else its pid.
        """
        self._life.chaos.came("fork")
        self._life.forked += 1
        pid = os.fork()
        if pid == 0:
            self._life.become_worker()
        self._life.first_pid = self._life.first_pid or pid
        return pid

    def kill(self, pid: int, number: int) -> None:
        """Send a signal; a kill request reaches none but the daemon and its children.

        Args:
            pid: of the process; 0 for the daemon's group.
            number: of the signal.
        """
        is_request = number == signal.SIGKILL
        if is_request and os.getpid() not in {pid, parent_of(pid)}:
            return
        if not (is_request and self._life.chaos.came("kill_request")):
            os.kill(pid, number)

    def fdopen(self, fd: int, mode: str = "r", buffering: int = -1) -> Any:
        """Make a file of a descriptor.

        Args:
            fd: the descriptor: 0 and 1 are Spark's pipes, others a worker's connection.
            mode: as `os.fdopen` has it.
            buffering: likewise.

        Returns:
            The file.
        """
        worker, chaos = self._life.worker, self._life.chaos
        if worker is None:
            return _pipe(fd, mode, buffering, chaos)
        if "r" not in mode:
            return io.BufferedWriter(Output(fd, worker), buffering)
        if "input" in worker.points:
            worker.end_task()
            worker.came("idle")
        worker.points.add("input")
        return io.BufferedReader(Input(fd, worker), buffering)

    def _exit(self, status: int) -> None:
        if self._life.worker is not None:
            self._life.worker.look_back()
        os._exit(status)


def _pipe(fd: int, mode: str, buffering: int, chaos: Chaos) -> Any:
    if fd == 0:
        return io.BufferedReader(_Stdin(fd, chaos), buffering)
    if fd == 1:
        return io.BufferedWriter(_Stdout(fd, chaos), buffering)
    return os.fdopen(fd, mode, buffering)


class _Stdin(io.FileIO):
    """Kill requests, until Spark hangs up."""

    def __init__(self, fd: int, chaos: Chaos) -> None:
        super().__init__(fd, "rb")
        self._chaos = chaos

    @override
    def readinto(self, buffer: Buffer, /) -> int | None:
        size = super().readinto(buffer)
        if size or not self._chaos.came("hang_up"):
            return size
        self._fall_silent()
        request = pack(_NOBODY)
        memoryview(buffer).cast("B")[:INT_BYTES] = request
        return INT_BYTES

    def _fall_silent(self) -> None:
        """From here on stdin is a pipe on which nothing comes, not even its end."""
        reading, _ = os.pipe()
        os.dup2(reading, self.fileno())
        os.close(reading)


class _Stdout(io.FileIO):
    """The announcement, and what comes behind it."""

    def __init__(self, fd: int, chaos: Chaos) -> None:
        super().__init__(fd, "wb")
        self._chaos = chaos

    @override
    def write(self, raw: Buffer, /) -> int:
        size = super().write(raw)
        self._chaos.came("announced")
        return size
