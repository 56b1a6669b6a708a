"""The daemon's process, from its start to the moment when it is told to end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from .waiting import INT, Bell

if TYPE_CHECKING:
    from .wishes import Wishes

_STDERR_KEPT = 1 << 16
_CHUNK = 1 << 16


class BadStart(Exception):
    """The daemon did not announce where it listens."""


class Daemon:
    """A daemon.

    Args:
        wishes: of its factory.
        environment: of the process.
        bell: ends every wait.
        generation: its number.

    Attributes:
        generation: as given.
        where: its port, or the path of its socket.
        pid: of the process.
    """

    def __init__(
        self, wishes: Wishes, environment: dict[str, str], bell: Bell, generation: int
    ) -> None:
        self.generation = generation
        self.where: int | str = 0
        self._wishes = wishes
        self._bell = bell
        self._complaints = b""
        self._command = [wishes.python_exec, "-m", wishes.daemon_module]
        if wishes.line >= (4, 0):
            self._command.append(wishes.worker_module)
        self._process = subprocess.Popen(
            self._command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=wishes.directory(),
        )
        self.pid = self._process.pid
        self._stdin, self._stdout, self._stderr = map(
            _known, (self._process.stdin, self._process.stdout, self._process.stderr)
        )

    def await_announcement(self) -> None:
        """Read where it listens, then keep copying what it says.

        Raises:
            BadStart: it does not say, or what it says is no place to listen at.
            TimeoutError: it takes too long.
        """
        try:
            self.where = self._announced()
        except BadStart as error:
            raise self._explained(error) from None
        for what, stream in (("stdout", self._stdout), ("stderr", self._stderr)):
            name = f"{what} reader for {self._wishes.python_exec}"
            threading.Thread(target=_copy, args=(stream,), name=name, daemon=True).start()

    def ask_to_kill(self, pid: int) -> None:
        """Ask it to kill a worker; who is dead does not hear."""
        with suppress(OSError, ValueError):
            self._stdin.write(INT.pack(pid))

    def end(self) -> None:
        """Tell it to end, and collect it whenever it has."""
        self._process.terminate()
        with suppress(OSError):
            self._stdin.close()
        threading.Thread(target=self._process.wait, name="process reaper", daemon=True).start()

    def abandon(self) -> None:
        """End it for its bad start; nobody reads what it says."""
        self._process.kill()
        for stream in (self._stdin, self._stdout, self._stderr):
            stream.close()
        self._process.wait()

    # -- its start ---------------------------------------------------------------------------

    def _announced(self) -> int | str:
        (number,) = INT.unpack(self._first(INT.size))
        if not self._wishes.is_unix:
            if 0 < number < 1 << 16:
                return int(number)
            raise BadStart(self._bad(number))
        if not 0 < number < 1 << 12:
            raise BadStart(self._bad(number))
        path = os.fsdecode(self._first(number))
        if not os.path.exists(path):
            raise BadStart(f"{self._wishes.daemon_module} announced {path}, where nothing is")
        return path

    def _bad(self, number: int) -> str:
        unsigned = number & 0xFFFFFFFF
        return (
            f"What {self._wishes.daemon_module} wrote first is not where it listens: "
            f"{number} (0x{unsigned:08x}).\nThe command was: {' '.join(self._command)}\n"
            f"with PYTHONPATH={self._wishes.python_path()}\n"
            "Perhaps a module that it imports writes to stdout."
        )

    def _first(self, size: int) -> bytes:
        """Read so many bytes of stdout, and whatever comes on stderr meanwhile."""
        said = b""
        end_s = time.monotonic() + self._wishes.port_timeout_s
        watched = {self._stdout.fileno(), self._stderr.fileno()}
        while len(said) < size:
            ready = self._bell.wait(end_s - time.monotonic(), *watched)
            if not ready:
                raise TimeoutError(f"{self._wishes.daemon_module} has announced nothing")
            if self._stderr.fileno() in ready and not self._take_complaints():
                watched.discard(self._stderr.fileno())
            if self._stdout.fileno() in ready:
                more = os.read(self._stdout.fileno(), size - len(said))
                if not more:
                    raise BadStart(f"{self._wishes.daemon_module} closed its stdout at once")
                said += more
        return said

    def _take_complaints(self) -> bool:
        """Take in a piece of stderr; tell whether there may be more."""
        piece = os.read(self._stderr.fileno(), _CHUNK)
        self._complaints = (self._complaints + piece)[-_STDERR_KEPT:]
        _write(piece)
        return bool(piece)

    def _explained(self, error: BadStart) -> BadStart:
        """The error with what the daemon said, if it has ended and said anything."""
        pidfd = os.pidfd_open(self.pid)
        try:
            if not self._bell.wait(self._wishes.process_wait_timeout_s, pidfd):
                return error
        finally:
            os.close(pidfd)
        while self._bell.wait(1.0, self._stderr.fileno()) and self._take_complaints():
            pass
        status = self._process.wait()
        said = self._complaints.decode(errors="replace").strip()
        text = f"{error}\nIt ended with status {status}"
        if said:
            text += f" and said:\n{said}\nwith PYTHONPATH={self._wishes.python_path()}"
        return BadStart(text)


def _known(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise TypeError("a stream is no pipe")
    return stream


def _copy(stream: IO[bytes]) -> None:
    with stream:
        while piece := stream.read(_CHUNK):
            _write(piece)


def _write(piece: bytes) -> None:
    with suppress(OSError, ValueError):
        sys.stderr.write(piece.decode(errors="replace"))
