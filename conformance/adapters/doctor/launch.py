"""A process as Spark's factory starts it, with what it writes kept at hand."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import subprocess
import time
from typing import IO, TYPE_CHECKING

from conformance.adapters.doctor import proc
from conformance.adapters.doctor.stream import Stream

if TYPE_CHECKING:
    from socket import socket

    from conformance.adapters.doctor.seen import Options

#: Marks everything that is started.
TOKEN = "WFC_DOCTOR_TOKEN"  # noqa: S105 - a variable's name
#: The factory's secret, of 256 bits.
SECRET = "PYTHON_WORKER_FACTORY_SECRET"  # noqa: S105 - likewise
#: Runs what the kernel cannot, a script without `#!` for instance: so does the JVM.
_SHELL = "/bin/sh"
_CHUNK_BYTES = 65536
#: How many lines of its standard error are kept.
TAIL_LINES = 20


def environment(options: Options, **more: str) -> dict[str, str]:
    """Make the environment that Spark's factory would make.

    Args:
        options: whose variables lie over those of this process.
        **more: the factory's own variables.

    Returns:
        The whole environment.
    """
    merged = {**os.environ, **options.env}
    home = merged.get("SPARK_HOME", "")
    lib = os.path.join(home, "python", "lib")
    zips = [os.path.join(lib, name) for name in _py4j(lib)] if home else []
    mine = [os.path.join(lib, "pyspark.zip"), *zips] if home else []
    parts = [
        *mine,
        options.env.get("PYTHONPATH", ""),
        os.environ.get("PYTHONPATH", ""),
    ]
    path = os.pathsep.join(part for part in parts if part)
    if path:
        merged["PYTHONPATH"] = path
    # The runner asks for workers that serve several tasks, unless it is told otherwise.
    merged.setdefault("SPARK_REUSE_WORKER", "1")
    return {**merged, "PYTHONUNBUFFERED": "YES", TOKEN: options.token, **more}


def _py4j(lib: str) -> list[str]:
    with contextlib.suppress(OSError):
        return [one for one in os.listdir(lib) if one.startswith("py4j-") and one.endswith(".zip")]
    return []


class Process:
    """A process that was started.

    Args:
        argv: program and arguments.
        env: its whole environment.

    Attributes:
        pid: its pid.
        is_at_end: whether the end of its standard output has been read.
        is_by_shell: whether the kernel knows no way to run it, so that /bin/sh does, as the
            JVM has it, too.

    Raises:
        OSError: if the kernel does not start it.
    """

    def __init__(self, argv: list[str], env: dict[str, str]) -> None:
        self._secret = env.get(SECRET, "")
        self._ahead = b""
        self.is_at_end = False
        self.is_by_shell = False
        try:
            self._popen = _start(argv, env)
        except OSError as error:
            if error.errno != errno.ENOEXEC:
                raise
            self.is_by_shell = True
            self._popen = _start([_SHELL, *argv], env)
        self.pid = self._popen.pid
        self._stderr = Stream(self._popen.stderr)

    def read(self, size: int, within_s: float) -> bytes:
        """Read so many bytes of its standard output, fewer at its end or the limit.

        Args:
            size: how many bytes.
            within_s: limit in seconds.

        Returns:
            What came.
        """
        data = self.peek(size, within_s)
        self._ahead = self._ahead[len(data) :]
        return data

    def peek(self, size: int, within_s: float) -> bytes:
        """Look at the next bytes of its standard output, which stay to be read.

        Args:
            size: how many bytes.
            within_s: limit in seconds.

        Returns:
            What came.
        """
        pipe = _pipe(self._popen.stdout)
        deadline = time.monotonic() + within_s
        while len(self._ahead) < size and is_readable(pipe.fileno(), deadline):
            more = os.read(pipe.fileno(), _CHUNK_BYTES)
            if not more:
                self.is_at_end = True
                break
            self._ahead += more
        return self._ahead[:size]

    def holders(self, pids: list[int]) -> list[int]:
        """Find who may write to its standard output.

        Args:
            pids: processes to ask.

        Returns:
            Those of them that have it open.
        """
        return proc.holders(_pipe(self._popen.stdout).fileno(), pids)

    def read_errors_on(self) -> None:
        """Read its standard error from here on, as Spark does of a simple worker at once."""
        self._stderr.read_on()

    def read_on(self) -> None:
        """Read all that it writes from here on, as Spark does once it has a port."""
        self.read_errors_on()
        Stream(self._popen.stdout).read_on()

    def waits_for_errors(self) -> bool:
        """Tell whether it waits for somebody to read its standard error."""
        return self._stderr.is_full()

    def status(self) -> int | None:
        """Ask how it ended.

        Returns:
            Its exit status, minus the signal that killed it; None while it lives.
        """
        return self._popen.poll()

    def wait(self, within_s: float) -> int | None:
        """Wait until it has ended.

        Args:
            within_s: limit in seconds.

        Returns:
            Its exit status, or None if it lives.
        """
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._popen.wait(within_s)
        return None

    def write(self, data: bytes) -> None:
        """Write to its standard input.

        Args:
            data: any bytes.

        Raises:
            OSError: if nobody reads there.
        """
        _pipe(self._popen.stdin).write(data)

    def hang_up(self) -> None:
        """Close its standard input."""
        _pipe(self._popen.stdin).close()

    def said(self) -> list[str]:
        """Read the end of what it wrote to its standard error, without the secret.

        Returns:
            Lines.
        """
        text = self._stderr.so_far().decode(errors="replace")
        return self.hide(text).rstrip().splitlines()[-TAIL_LINES:]

    def hide(self, text: str) -> str:
        """Take the secret out of a text.

        Args:
            text: any.

        Returns:
            The text without.
        """
        return text.replace(self._secret, "(secret)") if self._secret else text

    def end(self) -> None:
        """Kill it, if it lives, and close all that belongs to it."""
        if self._popen.poll() is None:
            self._popen.kill()
        self._popen.wait()
        for file in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            if file:
                file.close()


def _start(argv: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        argv,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("this process was started without that pipe")
    return pipe


def is_readable(source: socket | int, deadline: float) -> bool:
    """Wait until something can be read, or its end.

    Args:
        source: a socket or a descriptor.
        deadline: on the monotonic clock.

    Returns:
        Whether it can.
    """
    poller = select.poll()
    poller.register(source, select.POLLIN)
    left_s = max(0.0, deadline - time.monotonic())
    return bool(poller.poll(left_s * 1000))


def how(status: int | None) -> str:
    """Say how a process ended.

    Args:
        status: its exit status, minus the signal that killed it.

    Returns:
        A few words.
    """
    if status is None:
        return "lives"
    if status >= 0:
        return f"ended with status {status}"
    with contextlib.suppress(ValueError):
        return f"was killed by {signal.Signals(-status).name}"
    return f"was killed by signal {-status}"
