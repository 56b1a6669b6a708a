"""A daemon module, started as a factory would start it, and a stranger beside it."""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import signal
import subprocess  # noqa: TID251 - there is no suite here to start processes with
import time
from typing import TYPE_CHECKING, NamedTuple

from conformance.contract.wire import INT_BYTES, decode_int
from conformance.machines.daemon_repro_player.kinship import Family
from conformance.machines.daemon_repro_player.line import Line, is_readable
from conformance.machines.repro_player.world import SETTLE_S, CannotReplay, wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import IO

    from conformance.machines.repro_player.world import World

#: Limit for the announcement, in seconds: a first start may compile all that it imports.
START_S = 20.0
#: The probe, where a daemon takes its worker module as its first argument.
_PROBE = "pyspark_wfc_probe"
#: A program that waits for its end, for requests that name no worker.
_STRANGER = "import signal; signal.pause()"
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
#: How much of a line of stderr is told, in characters.
_TOLD = 300


class Wanted(NamedTuple):
    """Which daemon module is started, and how.

    Attributes:
        module: its dotted name.
        python: interpreter that starts it.
        path: directories in which it is looked for, before those of the interpreter.
        takes_worker: whether its first argument names the worker module.
        reuse: whether SPARK_REUSE_WORKER is set.
    """

    module: str
    python: str
    path: Sequence[str]
    takes_worker: bool
    reuse: bool


class Daemon:
    """A daemon under replay.

    Args:
        world: where; its modules are the probe.
        wanted: which daemon.

    Attributes:
        pid: of its process.
        port: that it has announced.
        family: the daemon and whoever descends from it.
        secret: that was given to it.
    """

    def __init__(self, world: World, wanted: Wanted) -> None:
        self.secret = secrets.token_hex(32)
        self._world = world
        self._wanted = wanted
        self._stderr = world.directory / "daemon.stderr"
        self._lines: list[Line] = []
        self._stranger: subprocess.Popen[bytes] | None = None
        self._python = _program(wanted.python)
        argument = [_PROBE] if wanted.takes_worker else []
        argv = [self._python, "-m", wanted.module, *argument]
        with self._stderr.open("ab") as stderr:
            self._process = start(argv, self._environment(), stderr.fileno())
        self.pid = self._process.pid
        self.family = Family(self.pid, world.token)
        self.port = self._read_port()

    def connect(self) -> Line:
        """Connect once, as a factory does for each worker.

        Returns:
            The connection.
        """
        line = Line(self.port)
        self._lines.append(line)
        return line

    def write(self, data: bytes) -> None:
        """Write to its standard input; a daemon that is gone is no error here.

        Args:
            data: any bytes.
        """
        try:
            os.write(_fd(self._process.stdin), data)
        except BrokenPipeError:
            return

    def hang_up(self) -> None:
        """Close its standard input."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    def signal(self, number: int) -> None:
        """Send it a signal; nothing happens if it has ended.

        Args:
            number: the signal.
        """
        self._process.send_signal(number)

    def ends(self, within_s: float = SETTLE_S) -> bool:
        """Wait until it has ended.

        Args:
            within_s: limit in seconds.

        Returns:
            Whether it has.
        """
        return wait_until(lambda: self._process.poll() is not None, within_s)

    def close_lines(self) -> None:
        """Close our end of every connection."""
        for line in self._lines:
            line.close()

    def hire_stranger(self) -> int:
        """Start a process that is no worker, if there is none yet.

        Returns:
            Its pid; 0 if it has ended.
        """
        if self._stranger is None:
            argv = [self._python, "-c", _STRANGER]
            self._stranger = start(argv, self._world.inherited(), subprocess.DEVNULL)
        return self._stranger.pid if self._stranger.poll() is None else 0

    def close(self) -> None:
        """Close all connections, and end the daemon and the stranger; the world ends all else."""
        self.close_lines()
        self.hang_up()
        for process in (self._process, self._stranger):
            if process is not None:
                process.kill()
                process.wait()

    def _environment(self) -> dict[str, str]:
        reuse = {"SPARK_REUSE_WORKER": "1"} if self._wanted.reuse else {}
        return reuse | {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": os.pathsep.join([self._world.path, *self._wanted.path]),
            "PYTHONPYCACHEPREFIX": str(self._world.directory / "pyc"),
            "PYTHONUNBUFFERED": "YES",
            "PYTHON_WORKER_FACTORY_SECRET": self.secret,
            "WFC_TOKEN": self._world.token,
        }

    def _read_port(self) -> int:
        fd, deadline, data = _fd(self._process.stdout), time.monotonic() + START_S, b""
        while len(data) < INT_BYTES and is_readable(fd, deadline):
            more = os.read(fd, INT_BYTES - len(data))
            if not more:
                break
            data += more
        if len(data) == INT_BYTES:
            return decode_int(data)
        self.ends(SETTLE_S if time.monotonic() < deadline else 0.0)
        raise CannotReplay(f"{self._wanted.module} announces no port: {self._why_not()}")

    def _why_not(self) -> str:
        """The end of its stderr, or else what became of it."""
        said = last_words(self._stderr)
        status = self._process.poll()
        return said or ("it lives on" if status is None else f"exit status {status}")


def start(argv: Sequence[str], env: dict[str, str], stderr: int) -> subprocess.Popen[bytes]:
    """Start a process that dies with this script.

    Args:
        argv: program and arguments.
        env: its whole environment.
        stderr: descriptor for its standard error.

    Returns:
        The process.

    Raises:
        CannotReplay: if it cannot be started.
    """
    try:
        return subprocess.Popen(  # noqa: S603 - the user names the interpreter
            argv,
            env=env,
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            bufsize=0,
            preexec_fn=_begin,  # noqa: PLW1509 - a prctl, no locks taken
        )
    except OSError as error:
        raise CannotReplay(f"cannot run {argv[0]}: {error.strerror}") from error


def last_words(file: Path) -> str:
    """Read the last line of a file that says something.

    Args:
        file: such as what was written to stderr.

    Returns:
        The line, cut and made legible; empty if there is none.
    """
    lines = file.read_text(encoding="utf-8", errors="replace").split("\n")
    said = next((line for line in reversed(lines) if line.strip()), "")
    return "".join(letter if letter.isprintable() else " " for letter in said.strip())[:_TOLD]


def _fd(pipe: IO[bytes] | None) -> int:
    """The descriptor of a pipe, which is no descriptor if there is none."""
    return -1 if pipe is None else pipe.fileno()


def _begin() -> None:
    """Die with the script; have no signal ignored that whoever started the script ignores."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)


_libc = ctypes.CDLL(None)


def _program(named: str) -> str:
    """Find an interpreter by its path or name, or by its virtual environment."""
    named = os.path.expanduser(named)
    path = os.path.join(named, "bin", "python") if os.path.isdir(named) else named
    found = shutil.which(path)
    if found is None:
        raise CannotReplay(f"no program {named!r}: name an interpreter by --python")
    return os.path.abspath(found)
