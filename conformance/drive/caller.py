"""The suite in the factory's place: starts a daemon module and speaks to it by bytes."""

from __future__ import annotations

import os
import select
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.contract.limits import MUST_HAPPEN_S
from conformance.contract.wire import decode_int, encode_int, encode_text
from conformance.drive import sandbox
from conformance.drive.clock import Deadline, wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.door.messages import OwnDaemon

#: The worker modules that tell about themselves, importable from here.
PROBE = Path(__file__).parent / "probe"
#: Worker module for daemons that take it as their first argument; pyspark's own take
#: it only if its name begins with `pyspark`.
PROBE_WORKER = "pyspark_wfc_probe"
#: Daemon module for daemons that import `pyspark.worker` themselves.
PROBE_DAEMON = "wfc_probe_daemon"
#: Form of Spark's own secret: 256 bits as hexadecimal digits.
SECRET = "5ec2e7" * 10 + "beef"
_INT_BYTES = 4


class Connection:
    """One connection to a daemon: what the factory would make for one worker."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._socket = socket.create_connection((host, port), timeout=MUST_HAPPEN_S)

    def receive(self, size: int, within_s: float = MUST_HAPPEN_S) -> bytes:
        """Read exactly so many bytes, fewer if the connection or the time ends.

        Args:
            size: how many bytes.
            within_s: limit in seconds.

        Returns:
            What came.
        """
        deadline = Deadline(within_s)
        data = b""
        while len(data) < size and self._is_readable(deadline):
            try:
                more = self._socket.recv(size - len(data))
            except ConnectionResetError:
                break
            if not more:
                break
            data += more
        return data

    def send(self, data: bytes) -> None:
        """Write bytes; a peer that is gone is no error here.

        Args:
            data: the bytes.
        """
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return

    def read_pid(self, within_s: float = MUST_HAPPEN_S) -> int | None:
        """Read the acknowledgement.

        Args:
            within_s: limit in seconds.

        Returns:
            The pid, or None if it did not come whole.
        """
        data = self.receive(_INT_BYTES, within_s)
        return decode_int(data) if len(data) == _INT_BYTES else None

    def authenticate(self, secret: str = SECRET) -> bytes:
        """Send the secret and read the reply.

        Args:
            secret: what to send.

        Returns:
            The reply's text, empty if none came.
        """
        self.send(encode_text(secret))
        return self.receive_text()

    def receive_text(self, within_s: float = MUST_HAPPEN_S) -> bytes:
        """Read a length and so many bytes.

        Args:
            within_s: limit in seconds, for each of the two.

        Returns:
            The bytes; empty if the length did not come whole.
        """
        length = self.receive(_INT_BYTES, within_s)
        return self.receive(decode_int(length), within_s) if len(length) == _INT_BYTES else b""

    def handshake(self, secret: str = SECRET) -> int | None:
        """Read the pid and authenticate.

        Args:
            secret: what to send.

        Returns:
            The pid if the worker answered `ok`, else None.
        """
        pid = self.read_pid()
        return pid if pid is not None and self.authenticate(secret) == b"ok" else None

    def task(self, order: str, within_s: float = MUST_HAPPEN_S) -> str | None:
        """Let the probe worker do something (its module lists the orders).

        Args:
            order: what to do.
            within_s: limit in seconds.

        Returns:
            Its answer, or None if none came.
        """
        self.send(encode_text(order))
        answer = self.receive_text(within_s)
        return answer.decode() if answer else None

    def how_it_ends(self, within_s: float = MUST_HAPPEN_S) -> str:
        """Wait for the peer's close.

        Args:
            within_s: limit in seconds.

        Returns:
            `eof`, `reset`, `data` if bytes came instead, or `open` after the limit.
        """
        if not self._is_readable(Deadline(within_s)):
            return "open"
        try:
            return "data" if self._socket.recv(1) else "eof"
        except ConnectionResetError:
            return "reset"

    def close(self) -> None:
        """Close our end."""
        self._socket.close()

    def _is_readable(self, deadline: Deadline) -> bool:
        return bool(select.select([self._socket], [], [], deadline.left_s)[0])


class DaemonProcess:
    """A daemon module under test, started as a factory would start it.

    Args:
        process: that runs it.
        stderr_path: where its standard error goes.

    Attributes:
        pid: of its process.
    """

    def __init__(self, process: sandbox.Process, stderr_path: Path) -> None:
        self.pid = process.pid
        self.stderr_path = stderr_path
        self._process = process
        self._connections: list[Connection] = []
        self._port: int | None = None

    @classmethod
    def start(
        cls,
        own: OwnDaemon,
        bare_python: str,
        env: Mapping[str, str | None],
        worker_module: str = PROBE_WORKER,
    ) -> DaemonProcess:
        """Start it.

        Args:
            own: which module.
            bare_python: interpreter, if the module needs no other.
            env: variables beside the usual ones; None removes one.
            worker_module: the module's first argument, where it takes one.

        Returns:
            The daemon, not yet asked for its port.
        """
        argv, mine = _command(own, bare_python, worker_module)
        usual = {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": f"{PROBE}:{own.python_path}".rstrip(":"),
            "PYTHONUNBUFFERED": "YES",
            "PYTHON_WORKER_FACTORY_SECRET": SECRET,
            **mine,
        }
        merged = {name: value for name, value in {**usual, **env}.items() if value is not None}
        stderr_path = Path(merged["WFC_DIR"]) / "daemon.stderr"
        with stderr_path.open("ab") as stderr:
            process = sandbox.start(argv, env=merged, cwd="/", stderr=stderr.fileno())
        return cls(process, stderr_path)

    @property
    def port(self) -> int:
        """The announced port; waits for it the first time, -1 if it did not come."""
        if self._port is None:
            data = self.read_stdout(_INT_BYTES)
            self._port = decode_int(data) if len(data) == _INT_BYTES else -1
        return self._port

    def read_stdout(self, size: int, within_s: float = MUST_HAPPEN_S) -> bytes:
        """Read exactly so many bytes of its standard output, fewer at its end or the limit.

        Args:
            size: how many bytes.
            within_s: limit in seconds.

        Returns:
            What came.
        """
        deadline = Deadline(within_s)
        data = b""
        stdout = self._process.stdout_fd
        while len(data) < size and select.select([stdout], [], [], deadline.left_s)[0]:
            more = os.read(stdout, size - len(data))
            if not more:
                break
            data += more
        return data

    def connect(self, host: str = "127.0.0.1") -> Connection:
        """Connect once, as a factory does for each worker.

        Args:
            host: address to connect to.

        Returns:
            The connection.
        """
        connection = Connection(self.port, host)
        self._connections.append(connection)
        return connection

    def request_kill(self, *pids: int) -> None:
        """Send kill requests, all in one write.

        Args:
            *pids: whom to kill.
        """
        self.write_stdin(b"".join(encode_int(pid) for pid in pids))

    def write_stdin(self, data: bytes) -> None:
        """Write to its standard input.

        Args:
            data: any bytes.
        """
        os.write(self._process.stdin_fd, data)

    def hang_up(self) -> None:
        """Close its standard input."""
        self._process.close_stdin()

    def signal(self, number: int) -> None:
        """Send it a signal.

        Args:
            number: the signal.
        """
        self._process.signal(number)

    def wait_for_exit(self, within_s: float = MUST_HAPPEN_S) -> int | None:
        """Wait until it has ended.

        Args:
            within_s: limit in seconds.

        Returns:
            Its exit status, minus the signal that killed it, or None if it lives.
        """
        wait_until(lambda: self._process.exit_status() is not None, within_s)
        return self._process.exit_status()

    def close(self) -> None:
        """Close all connections and end the process."""
        for connection in self._connections:
            connection.close()
        self._process.end()


def _command(
    own: OwnDaemon, bare_python: str, worker_module: str
) -> tuple[Sequence[str], dict[str, str]]:
    python = own.python_exec or bare_python
    if own.worker_hook == "argv":
        return (python, "-m", own.module, worker_module), {}
    return (python, "-m", PROBE_DAEMON), {"WFC_PROBE_DAEMON": own.module}
