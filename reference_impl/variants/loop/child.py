"""A child process: started at once, heard from its first word on, collected when it ends."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How long a child may take to end before it is killed.
_PATIENCE_S = 5.0

#: How much of what a child says on stderr is remembered.
_REMEMBERED = 20_000


def python_path(env_vars: Mapping[str, str]) -> str:
    """The PYTHONPATH of children: that of this package, of the caller, of this process.

    Args:
        env_vars: the caller's variables.

    Returns:
        Directories, joined by `:`.
    """
    ours = str(Path(__file__).resolve().parents[3])
    theirs = env_vars.get("PYTHONPATH", "")
    return ":".join(filter(None, (ours, theirs, os.environ.get("PYTHONPATH", ""))))


def prefers_ipv6(env_vars: Mapping[str, str]) -> bool:
    """Whether ::1 is to be used: as the caller says, or else our own environment."""
    told = {**os.environ, **env_vars}.get("SPARK_PREFER_IPV6", "")
    return told.lower() == "true"


class Child:
    """A child.

    Args:
        command: its program and arguments.
        env_vars: the caller's variables.
        own: the factory's own variables.

    Attributes:
        pid: its pid.
        first: the first four bytes on its stdout, or fewer if there are no more.
        ended: its exit status, when it has ended.
    """

    def __init__(
        self, command: list[str], env_vars: Mapping[str, str], own: Mapping[str, str]
    ) -> None:
        loop = asyncio.get_running_loop()
        self._process = subprocess.Popen(
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(env_vars, own),
            cwd=_directory(env_vars),
        )
        self.pid = self._process.pid
        self.first: asyncio.Future[bytes] = loop.create_future()
        self.ended: asyncio.Future[int] = loop.create_future()
        self._said = b""
        self._complaints = b""
        for stream, hear in (
            (self._process.stdout, self._hear_word),
            (self._process.stderr, self._hear_complaint),
        ):
            if stream is not None:
                os.set_blocking(stream.fileno(), False)
                loop.add_reader(stream.fileno(), hear, stream)
        self._pidfd = os.pidfd_open(self.pid)
        loop.add_reader(self._pidfd, self._collect)

    def write(self, data: bytes) -> None:
        """Write to its stdin; one that has gone, or is deaf, does not hear."""
        if self._process.stdin is not None:
            with suppress(OSError, ValueError):
                self._process.stdin.write(data)

    def end(self) -> None:
        """Close its stdin, then ask it to end; after a while it is not asked any more."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        if not self.ended.done():
            self._process.terminate()
            asyncio.get_running_loop().call_later(_PATIENCE_S, self._kill)

    async def last_words(self) -> str:
        """What it has said on stderr; who has just ended may still be heard."""
        deadline = asyncio.get_running_loop().time() + 1.0
        stderr = self._process.stderr
        while stderr is not None and not stderr.closed:
            if asyncio.get_running_loop().time() > deadline:
                break
            await asyncio.sleep(0.005)
        return self._complaints.decode(errors="replace").strip()

    def _kill(self) -> None:
        if not self.ended.done():
            self._process.kill()

    def _collect(self) -> None:
        asyncio.get_running_loop().remove_reader(self._pidfd)
        os.close(self._pidfd)
        self.ended.set_result(self._process.wait())

    def _hear_word(self, stream: IO[bytes]) -> None:
        piece = self._hear(stream)
        missing = 4 - len(self._said)
        self._said += piece[:missing]
        _pass_on(piece[missing:])
        if not self.first.done() and (len(self._said) == 4 or stream.closed):  # noqa: PLR2004
            self.first.set_result(self._said)

    def _hear_complaint(self, stream: IO[bytes]) -> None:
        piece = self._hear(stream)
        self._complaints = (self._complaints + piece)[-_REMEMBERED:]
        _pass_on(piece)

    @staticmethod
    def _hear(stream: IO[bytes]) -> bytes:
        piece = os.read(stream.fileno(), 1 << 16)
        if not piece:
            asyncio.get_running_loop().remove_reader(stream.fileno())
            stream.close()
        return piece


def _environment(env_vars: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    variables = {**os.environ, **env_vars}
    variables.pop("SPARK_PREFER_IPV6", None)
    if prefers_ipv6(env_vars):
        variables["SPARK_PREFER_IPV6"] = "True"
    variables["PYTHONUNBUFFERED"] = "YES"
    variables["PYTHONPATH"] = python_path(env_vars)
    return {**variables, **own}


def _directory(env_vars: Mapping[str, str]) -> str | None:
    session = env_vars.get("SPARK_JOB_ARTIFACT_UUID")
    if session in (None, "default"):
        return None
    directory = Path(tempfile.gettempdir(), f"sessions-{os.getpid()}", str(session))
    directory.mkdir(parents=True, exist_ok=True)
    return str(directory)


def _pass_on(piece: bytes) -> None:
    if piece:
        with suppress(OSError, ValueError):
            sys.stderr.write(piece.decode(errors="replace"))
