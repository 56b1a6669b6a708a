"""The suite in the factory's place: starts a daemon module and speaks to it by bytes."""

from __future__ import annotations

import fcntl
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.contract.limits import MUST_HAPPEN_S
from conformance.contract.wire import INT_BYTES, decode_int, encode_int
from conformance.drive import sandbox
from conformance.drive.clock import Deadline, wait_until, wait_until_readable
from conformance.drive.connection import SECRET, Connection, Note, untold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.door.messages import OwnDaemon

#: The worker modules that tell about themselves, importable from here.
PROBE = Path(__file__).parent / "probe"
#: Worker module for daemons that take it as their first argument; pyspark's own take
#: it only if its name begins with `pyspark`. For all others it stands in for
#: `pyspark.worker` (sitecustomize.py beside it).
PROBE_WORKER = "pyspark_wfc_probe"
#: Limit for the announcement, in seconds: a first start may compile all that it imports.
START_S = 20.0
#: F_SETPIPE_SZ rounds up to a page: the least that a pipe can hold.
_PIPE_BYTES = 4096
#: How much of what is written to a daemon's standard input is taken down.
_SHOWN_BYTES = 16


class DaemonProcess:
    """A daemon module under test, started as a factory would start it.

    Args:
        process: the started daemon.
        pipes: reading ends of its standard output, and of its standard error where that is
            a pipe that nobody reads; ours from here on.
        stderr_path: where its standard error goes.
        filler_bytes: how much stands before its own words on its standard output.
        note: takes down what is done with it.

    Attributes:
        pid: of its process.
        stderr_path: where its standard error goes.
    """

    def __init__(
        self,
        process: sandbox.Process,
        pipes: tuple[int, int],
        stderr_path: Path,
        filler_bytes: int,
        note: Note = untold,
    ) -> None:
        self.pid = process.pid
        self.stderr_path = stderr_path
        self._process = process
        self._stdout_fd, self._unread_fd = pipes
        self._filler_bytes = filler_bytes
        self._connections: list[Connection] = []
        self._port: int | None = None
        self._note = note
        note("starts", "to", self.pid)

    @classmethod
    def start(  # noqa: PLR0913 - the seams of a process, all by keyword
        cls,
        own: OwnDaemon,
        bare_python: str,
        env: Mapping[str, str | None],
        *,
        worker_module: str = PROBE_WORKER,
        is_stdout_full: bool = False,
        is_stderr_unread: bool = False,
        note: Note = untold,
    ) -> DaemonProcess:
        """Start it.

        Args:
            own: which module.
            bare_python: interpreter, if the module needs no other.
            env: variables beside the usual ones; None removes one.
            worker_module: the module's first argument, where it takes one; none if empty.
            is_stdout_full: let its announcement wait until the first read.
            is_stderr_unread: let its standard error be a pipe that nobody reads.
            note: takes down what is done with it.

        Returns:
            The daemon, not yet asked for its port.
        """
        argument = (worker_module,) if worker_module and own.worker_hook == "argv" else ()
        argv = (own.python_exec or bare_python, "-m", own.module, *argument)
        usual = {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": probe_path(own),
            "PYTHONUNBUFFERED": "YES",
            "PYTHON_WORKER_FACTORY_SECRET": SECRET,
        }
        merged = {name: value for name, value in {**usual, **env}.items() if value is not None}
        stderr_path = Path(merged["WFC_DIR"]) / "daemon.stderr"
        reading, writing = os.pipe2(os.O_CLOEXEC)
        filler_bytes = _fill(writing) if is_stdout_full else 0
        unread, stderr = os.pipe2(os.O_CLOEXEC)
        with stderr_path.open("ab") as file:
            to = stderr if is_stderr_unread else file.fileno()
            process = sandbox.start(argv, env=merged, cwd="/", stdout=writing, stderr=to)
        os.close(stderr)
        os.close(writing)
        return cls(process, (reading, unread), stderr_path, filler_bytes, note)

    @property
    def port(self) -> int:
        """The announced port; waits for it the first time, -1 if it did not come."""
        if self._port is None:
            data = self.read_stdout(INT_BYTES, START_S)
            self._port = decode_int(data) if len(data) == INT_BYTES else -1
            self._note(f"announces port {self._port}", "from", self.pid)
        return self._port

    def read_path(self) -> str:
        """Read the announcement of a Unix domain socket.

        Returns:
            Its path, empty if it did not come whole.
        """
        length = self.read_stdout(INT_BYTES, START_S)
        if len(length) < INT_BYTES:
            return ""
        return os.fsdecode(self.read_stdout(decode_int(length)))

    def read_stdout(self, size: int, within_s: float = MUST_HAPPEN_S) -> bytes:
        """Read exactly so many bytes of its standard output, fewer at its end or the limit.

        Args:
            size: how many bytes.
            within_s: limit in seconds.

        Returns:
            What came.
        """
        deadline = Deadline(within_s)
        wanted = self._filler_bytes + size
        data = b""
        while len(data) < wanted and self._is_readable(deadline):
            more = os.read(self._stdout_fd, wanted - len(data))
            if not more:
                break
            data += more
        fresh = data[self._filler_bytes :]
        self._filler_bytes = 0
        return fresh

    def read_stderr(self) -> str:
        """Read what has been written to its standard error so far.

        Returns:
            The text.
        """
        return self.stderr_path.read_text(encoding="utf-8", errors="replace")

    def connect(self, host: str = "127.0.0.1", path: str = "") -> Connection:
        """Connect once, as a factory does for each worker.

        Args:
            host: address to connect to.
            path: of a Unix domain socket to connect to instead.

        Returns:
            The connection.
        """
        where = path or self.port
        number = len(self._connections) + 1
        self._note(f"connects (connection {number})", "to", self.pid)
        connection = Connection(where, host, partial(self._tell, number))
        self._connections.append(connection)
        return connection

    def request_kill(self, *pids: int) -> None:
        """Send kill requests, all in one write.

        Args:
            *pids: whom to kill.
        """
        self.write_stdin(b"".join(encode_int(pid) for pid in pids))

    def write_stdin(self, data: bytes) -> None:
        """Write to its standard input; a daemon that is gone is no error here.

        Args:
            data: any bytes.
        """
        self._note(f"stdin: {data[:_SHOWN_BYTES].hex(' ', 4)}", "to", self.pid)
        try:
            os.write(self._process.stdin_fd, data)
        except BrokenPipeError:
            return

    def hang_up(self) -> None:
        """Close its standard input."""
        self._note("hangs up", "to", self.pid)
        self._process.close_stdin()

    def signal(self, number: int) -> None:
        """Send it a signal.

        Args:
            number: the signal.
        """
        self._note(f"signal {number}", "to", self.pid)
        self._process.signal(number)

    def wait_for_exit(self, within_s: float = MUST_HAPPEN_S) -> int | None:
        """Wait until it has ended.

        Args:
            within_s: limit in seconds.

        Returns:
            Its exit status, minus the signal that killed it, or None if it lives.
        """
        wait_until(lambda: self._process.exit_status() is not None, within_s)
        status = self._process.exit_status()
        told = "lives on" if status is None else f"ends with status {status}"
        self._note(told, "from", self.pid)
        return status

    def close(self) -> None:
        """Close all connections and end the process."""
        for connection in self._connections:
            connection.close()
        self._process.end()
        os.close(self._stdout_fd)
        os.close(self._unread_fd)

    def _tell(self, number: int, what: str, way: str, pid: int) -> None:
        """Take down what is done on a connection; its worker is not known before its pid."""
        self._note(f"{what} ({number})", way, pid if pid > 0 else self.pid)

    def _is_readable(self, deadline: Deadline) -> bool:
        return wait_until_readable(self._stdout_fd, deadline.left_s)


def probe_path(own: OwnDaemon) -> str:
    """Give the PYTHONPATH by which a daemon finds the probe, and itself.

    Args:
        own: the daemon module.

    Returns:
        Directories, joined by `:`.
    """
    return ":".join(filter(None, (str(PROBE), own.python_path)))


def _fill(pipe: int) -> int:
    """Fill a pipe, so that whoever writes to it waits; returns how many bytes it took."""
    size = fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return os.write(pipe, bytes(size))
