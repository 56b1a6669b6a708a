"""Where fakes are let loose: one directory, one leash, nothing left behind.

Plays the factory by bytes, with no codec of anybody: what goes over the wire is written
out in the tests.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess  # noqa: TID251 - these tests start their fakes themselves
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
SECRET = b"5ecre7"
#: The secret as it goes over the wire, and the two answers.
SECRET_ON_WIRE = b"\x00\x00\x00\x065ecre7"
OK_ON_WIRE = b"\x00\x00\x00\x02ok"
ERR_ON_WIRE = b"\x00\x00\x00\x03err"
#: A frame of a task.
FRAME_ON_WIRE = b"\x00\x00\x00\x03abc"

LIMIT_S = 10.0
_POLL_MS = 2

Keys = dict[str, str]


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition within the limit."""
    until = monotonic() + LIMIT_S
    while not condition():
        assert monotonic() < until, f"waited in vain: {what}"
        select.poll().poll(_POLL_MS)


class Line:
    """One connection, seen from the factory's end."""

    def __init__(self, link: socket.socket) -> None:
        self.socket = link
        self._was_reset = False
        link.settimeout(LIMIT_S)

    @classmethod
    def to(cls, port: int, host: str = "127.0.0.1") -> Self:
        """Connect; a reset may come so soon that connect itself tells of it."""
        line = cls(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET))
        try:
            line.socket.connect((host, port))
        except ConnectionResetError:
            line._was_reset = True
        except OSError:
            line.close()
            raise
        return line

    def read(self, size: int) -> bytes:
        """Read so many bytes, fewer only at the end."""
        got = b""
        while len(got) < size and (part := self.socket.recv(size - len(got))):
            got += part
        return got

    def pid(self) -> int:
        raw = self.read(4)
        assert len(raw) == 4
        return int.from_bytes(raw, "big", signed=True)

    def write(self, raw: bytes) -> None:
        self.socket.sendall(raw)

    def shake_hands(self) -> int:
        """Do what a factory does; return the worker's pid."""
        pid = self.pid()
        self.write(SECRET_ON_WIRE)
        assert self.read(6) == OK_ON_WIRE
        return pid

    def ask_who(self) -> int:
        """Send a frame; return the pid of who answers it."""
        self.write(FRAME_ON_WIRE)
        pid = self.pid()
        assert self.read(7) == FRAME_ON_WIRE
        return pid

    def end(self) -> str:
        """Wait for the other end to go: eof or reset."""
        if self._was_reset:
            return "reset"
        try:
            while self.socket.recv(4096):
                pass
        except ConnectionResetError:
            return "reset"
        return "eof"

    def close(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01" + b"\x00" * 7)
        self.close()


class Fake:
    """One fake process that was started here."""

    def __init__(self, process: subprocess.Popen[bytes], lines: list[Line]) -> None:
        self.process = process
        self.pid = process.pid
        self._lines = lines

    def read(self, size: int) -> bytes:
        """Read so many bytes from its stdout, fewer only at the end."""
        assert self.process.stdout is not None
        got = b""
        while len(got) < size:
            assert select.select([self.process.stdout], [], [], LIMIT_S)[0], "silent stdout"
            part = os.read(self.process.stdout.fileno(), size - len(got))
            if not part:
                break
            got += part
        return got

    def stderr(self) -> bytes:
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def wait_for_stderr(self) -> None:
        """Wait until something stands there to be read; it stays for `stderr`."""
        stderr = self.process.stderr
        assert stderr is not None
        ready, _, _ = select.select([stderr], [], [], LIMIT_S)
        assert ready, "waited in vain: a word on stderr"

    def port(self) -> int:
        raw = self.read(4)
        assert len(raw) == 4, "it did not announce"
        return int.from_bytes(raw, "big", signed=True)

    def connect(self, port: int | None = None) -> Line:
        line = Line.to(self.port() if port is None else port)
        self._lines.append(line)
        return line

    def write(self, raw: bytes) -> None:
        assert self.process.stdin is not None
        os.write(self.process.stdin.fileno(), raw)

    def hang_up(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def send_signal(self, number: int) -> None:
        self.process.send_signal(number)

    def wait(self) -> int:
        return self.process.wait(LIMIT_S)

    def is_running(self) -> bool:
        return self.process.poll() is None

    def close(self) -> None:
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


class Field:
    """The side channel, the leash and the processes of one test."""

    def __init__(self, python: Path, cache: Path, directory: Path) -> None:
        self.python, self.cache, self.directory = python, cache, directory
        self.token = f"token-{os.getpid()}-{directory.name}"
        self.leash = directory / "leash"
        os.mkfifo(self.leash)
        self._leash_fd = os.open(self.leash, os.O_RDWR | os.O_CLOEXEC)
        self.plan("")
        self._fakes: list[Fake] = []
        self._lines: list[Line] = []

    def environment(self, faults: str = "", **more: str) -> dict[str, str]:
        known = {
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self.cache),
            "PYTHON_WORKER_FACTORY_SECRET": SECRET.decode(),
            "WFC_SIGHTINGS": str(self.directory / "sightings"),
            "WFC_PLAN": str(self.directory / "plan"),
            "WFC_DIR": str(self.directory),
            "WFC_LEASH": str(self.leash),
            "WFC_TOKEN": self.token,
            "WFC_FAULTS": faults,
        }
        return {name: value for name, value in (known | more).items() if value}

    def start(self, name: str, faults: str = "", **more: str) -> Fake:
        """Start a fake as a factory does; an empty variable is left out."""
        process = subprocess.Popen(
            [self.python, "-m", f"fake_daemons.{name}", "pyspark.worker"],
            env=self.environment(faults, **more),
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        fake = Fake(process, self._lines)
        self._fakes.append(fake)
        return fake

    def plan(self, faults: str) -> None:
        """Change the plan page as a whole."""
        page = self.directory / "plan.next"
        page.write_text(faults, "utf-8")
        page.replace(self.directory / "plan")

    def make_gate(self, name: str) -> None:
        os.mkfifo(self.directory / f"gate.{name}")

    def open_gate(self, name: str) -> None:
        """Let the one process through that stands there."""
        with (self.directory / f"gate.{name}").open("wb") as gate:
            gate.write(b"!")

    def make_tickets(self, name: str, count: int) -> None:
        for number in range(1, count + 1):
            (self.directory / f"ticket.{name}.{number}").touch()

    def tickets(self, name: str) -> list[Path]:
        """Those that nobody has taken."""
        return sorted(self.directory.glob(f"ticket.{name}.*"))

    def seen(self, what: str, who: str = "", **wanted: object) -> list[Keys]:
        """Read the sightings that fit, each with its `who`, `pid` and `seq`."""
        texts = {name: str(value) for name, value in wanted.items()}
        return [
            keys
            for keys in self.sightings()
            if keys["what"] == what
            and who in {"", keys["who"]}
            and all(keys.get(name) == text for name, text in texts.items())
        ]

    def sightings(self) -> list[Keys]:
        path = self.directory / "sightings"
        if not path.exists():
            return []
        return [_parse(line) for line in path.read_text("ascii").splitlines()]

    def wait_for(self, what: str, who: str = "", **wanted: object) -> Keys:
        """Wait until something was seen; return the first of it."""
        text = f"{who} {what} {wanted}"
        wait_until(lambda: bool(self.seen(what, who, **wanted)), text)
        return self.seen(what, who, **wanted)[0]

    def alive(self) -> list[int]:
        """Pids of all living processes that carry the token of this test."""
        mark = f"WFC_TOKEN={self.token}\0".encode()
        return [pid for pid in _pids() if mark in _environment(pid)]

    def wait_until_alone(self) -> None:
        wait_until(lambda: not self.alive(), "all processes have ended")

    def let_go_of_the_leash(self) -> None:
        if self._leash_fd >= 0:
            os.close(self._leash_fd)
        self._leash_fd = -1

    def close(self) -> None:
        """Let go of the leash: all that still lives dies of it."""
        self.let_go_of_the_leash()
        for line in self._lines:
            line.close()
        for fake in self._fakes:
            if fake.is_running():
                fake.send_signal(signal.SIGCONT)
            fake.wait()
            fake.close()
        self.wait_until_alone()


def _parse(line: str) -> Keys:
    _, pid, seq, who, what, *fields = line.split(" ")
    keys = dict(field.split("=", 1) for field in fields)
    decoded = {name: unquote(value) for name, value in keys.items()}
    return {"n": "", "from": pid, "seq": seq, "who": who, "what": what} | decoded


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdecimal()]


def _environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""
