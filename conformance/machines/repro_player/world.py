"""Where a failure is replayed: a directory, what is carried along, a token on every process."""

from __future__ import annotations

import base64
import ctypes
import io
import os
import secrets
import shutil
import signal
import tempfile
import time
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: How long what must happen may take, in seconds; it is paid in full by what fails.
MUST_HAPPEN_S = 5.0
#: The same for what follows from a call by itself, such as the end of a process.
SETTLE_S = 5.0
#: For a call: above the longest that the contract lets one take.
CALL_S = 25.0
_POLL_S = 0.003
_SWEEPS = 50
_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


class CannotReplay(Exception):
    """The failure can be neither seen nor excluded here; the text says why."""


def pause() -> None:
    """Let others run for a moment."""
    time.sleep(_POLL_S)  # noqa: TID251 - there is no suite here to wait with


def wait_until(is_so: Callable[[], bool], within_s: float = SETTLE_S) -> bool:
    """Wait until something is so.

    Args:
        is_so: tells whether it is.
        within_s: limit in seconds.

    Returns:
        Whether it was so within the limit.
    """
    deadline = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() >= deadline:
            return False
        pause()
    return True


class World:
    """What all repetitions share; closed, nothing of it is left.

    Args:
        packed: modules that the script carries along, as a zip in base64.

    Attributes:
        token: value of WFC_TOKEN in every process.
        directory: for everything.
        path: where those modules are, for PYTHONPATH.
    """

    def __init__(self, packed: str) -> None:
        self.token = secrets.token_hex(8)
        shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.directory = Path(tempfile.mkdtemp(prefix="repro-", dir=shm))
        self.path = str(self.directory / "path")
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(packed))) as file:
            file.extractall(self.path)
        self._leash = self.directory / "leash"
        os.mkfifo(self._leash, 0o600)
        # Held until we die, by whatever means; then the kernel kills every fake.
        self._leash_fd = os.open(self._leash, os.O_RDWR | os.O_CLOEXEC)
        self._pythons: dict[str, str] = {}
        # Orphaned workers become ours, to be collected: a zombie would pass for alive.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def inherited(self) -> dict[str, str]:
        """Tell what the implementation's own process has in its environment."""
        return {"PYTHONPATH": self.path, "WFC_TOKEN": self.token}

    def environment(self) -> dict[str, str]:
        """Tell what every fake has in its environment."""
        return self.inherited() | {
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self.directory / "pyc"),
            "WFC_LEASH": str(self._leash),
        }

    def python(self, which: str) -> str:
        """Give a bare interpreter of its own, made when first asked for.

        Args:
            which: `first` or `second`.

        Returns:
            Its path.
        """
        if which not in self._pythons:
            home = self.directory / f"python-{which}"
            venv.EnvBuilder(with_pip=False, symlinks=True).create(home)
            self._pythons[which] = str(home / "bin" / "python")
        return self._pythons[which]

    def close(self) -> None:
        """End every process of this world and remove its directory."""
        end_all("WFC_TOKEN", self.token)
        os.close(self._leash_fd)
        shutil.rmtree(self.directory, ignore_errors=True)


def end_all(variable: str, value: str) -> None:
    """Kill every process that was started with a variable, but not this one.

    Args:
        variable: its name.
        value: its value.
    """
    for _ in range(_SWEEPS):  # some are forked while others are killed
        left = living_with(variable, value)
        for pid in left:
            kill(pid)
        if not left:
            return
        pause()


def living_with(variable: str, value: str) -> list[int]:
    """List the living processes that were started with a variable, but not this one.

    Args:
        variable: its name.
        value: its value.

    Returns:
        Their pids.
    """
    wanted = f"{variable}={value}".encode()
    return [pid for pid in all_pids() if pid != os.getpid() and has_variable(pid, wanted)]


def all_pids() -> list[int]:
    """List the pids of all processes."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def has_variable(pid: int, wanted: bytes) -> bool:
    """Tell whether a process was started with a variable.

    Args:
        pid: its pid.
        wanted: `NAME=value`.

    Returns:
        Whether it was; never for a zombie.
    """
    try:
        return wanted in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def kill(pid: int) -> None:
    """Kill a process; nothing happens if it is gone.

    Args:
        pid: its pid.
    """
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def reap(pid: int) -> None:
    """Collect an orphan that has become ours and has ended.

    Args:
        pid: its pid.
    """
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def stat_of(path: str) -> tuple[str, int]:
    """Read state and parent of a process.

    Args:
        path: of its directory below /proc.

    Returns:
        Its state, one letter, and its parent's pid; `X` and 0 if it is gone.
    """
    try:
        text = Path(path, "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "X", 0
    fields = text[text.rindex(")") + 2 :].split()
    return fields[0], int(fields[1])


def is_alive(pid: int) -> bool:
    """Tell whether a process lives; a zombie does not.

    Args:
        pid: its pid.

    Returns:
        Whether it does.
    """
    return stat_of(f"/proc/{pid}")[0] not in "ZX"


def has_ended(pid: int) -> bool:
    """Tell whether a process does not live, any more.

    Args:
        pid: its pid.

    Returns:
        Whether it has ended; so has a zombie.
    """
    return not is_alive(pid)
