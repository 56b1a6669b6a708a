"""What the kernel tells about processes, and waiting for it within limits."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_POLL_S = 0.01
#: State of a socket that listens, in /proc/net/tcp.
_LISTENS = b"0A"
#: linux/prctl.h
_PR_SET_CHILD_SUBREAPER = 36


class Listening(NamedTuple):
    """An address that a process listens on."""

    address: str
    port: int


def wait_until(condition: Callable[[], object], within_s: float) -> bool:
    """Ask for a condition until it holds or the time is over.

    Args:
        condition: asked again and again.
        within_s: limit in seconds.

    Returns:
        Whether it holds.
    """
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() >= deadline:
            return bool(condition())
        time.sleep(_POLL_S)
    return True


def adopt_orphans() -> None:
    """Become the parent of orphans of all that is started, so that none is lost."""
    with contextlib.suppress(ImportError, OSError, AttributeError):
        import ctypes  # noqa: PLC0415 - not everywhere

        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _stat(pid: int) -> list[bytes]:
    """Fields of /proc/PID/stat from the state on; none if there is no such process."""
    raw = _read(f"/proc/{pid}/stat")
    return raw[raw.rindex(b")") + 2 :].split() if raw else []


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def is_alive(pid: int) -> bool:
    """Tell whether a process lives; a zombie does not.

    Args:
        pid: its pid.

    Returns:
        Whether it lives.
    """
    fields = _stat(pid)
    return bool(fields) and fields[0] not in (b"Z", b"X")


def cpu_s(pid: int) -> float:
    """Tell how much a process has computed.

    Args:
        pid: its pid.

    Returns:
        Seconds of user and system time; 0 if it is gone.
    """
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


class Watch:
    """Looks again and again at processes that should end.

    Args:
        pids: the processes.
    """

    def __init__(self, pids: list[int]) -> None:
        self._pids = pids
        self._looks = 0
        self._runs = dict.fromkeys(pids, 0)
        self._used_s = {pid: cpu_s(pid) for pid in pids}

    def have_ended(self) -> bool:
        """Look once.

        Returns:
            Whether all have ended.
        """
        self._looks += 1
        for pid in self._pids:
            self._runs[pid] += _stat(pid)[:1] == [b"R"]
        return not any(map(is_alive, self._pids))

    def busiest(self) -> tuple[int, float, float]:
        """Tell which of the living wants most of a processor.

        Returns:
            Its pid, at which part of the looks it ran or wanted to, and the seconds that it
            has computed meanwhile.
        """
        living = [pid for pid in self._pids if is_alive(pid)] or self._pids
        pid = max(living, key=self._runs.__getitem__)
        return pid, self._runs[pid] / self._looks, cpu_s(pid) - self._used_s[pid]


def ancestors(pid: int) -> list[int]:
    """List a process' parent, its parent's and so on.

    Args:
        pid: of the process.

    Returns:
        Their pids, the parent first.
    """
    found: list[int] = []
    while len(fields := _stat(pid)) > 1 and (pid := int(fields[1])):
        found.append(pid)
    return found


def ours(name: str, token: str) -> list[int]:
    """Find the living processes that came of this one.

    They descend from it, as orphans come back to it, or carry a variable of its own, where
    the kernel does not give orphans back.

    Args:
        name: of the variable.
        token: its value.

    Returns:
        Their pids.
    """
    wanted = os.fsencode(f"\0{name}={token}\0")
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
    parents = {pid: int(fields[1]) for pid in pids if (fields := _stat(pid)) and is_alive(pid)}
    return [
        pid
        for pid in parents
        if pid != os.getpid()
        and (_descends(pid, parents) or wanted in b"\0" + _read(f"/proc/{pid}/environ") + b"\0")
    ]


def _descends(pid: int, parents: dict[int, int]) -> bool:
    """Tell whether a process descends from this one."""
    while pid in parents:
        pid = parents[pid]
        if pid == os.getpid():
            return True
    return False


def kill_all(name: str, token: str, within_s: float) -> None:
    """Kill every process that came of this one.

    Args:
        name: of the variable.
        token: its value.
        within_s: limit in seconds.
    """

    def sweep() -> bool:
        left = ours(name, token)
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        return not left

    wait_until(sweep, within_s)


def listening(pids: list[int]) -> list[Listening]:
    """List where processes listen by TCP.

    Args:
        pids: the processes.

    Returns:
        The addresses.
    """
    inodes: set[bytes] = set()
    for pid in pids:
        inodes |= _sockets(pid)
    places: dict[tuple[str, int], None] = {}
    for family in (socket.AF_INET, socket.AF_INET6):
        name = "tcp" if family == socket.AF_INET else "tcp6"
        for line in _read(f"/proc/net/{name}").splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENS and fields[9] in inodes:
                places[_address(fields[1], family)] = None
    return [Listening(*place) for place in places]


def holders(fd: int, pids: list[int]) -> list[int]:
    """Find the processes that have a file of ours open, the other end of a pipe included.

    Args:
        fd: descriptor of this process.
        pids: where to look.

    Returns:
        Their pids.
    """
    target = os.readlink(f"/proc/self/fd/{fd}")
    return [pid for pid in pids if target in _files(pid)]


def _files(pid: int) -> set[str]:
    """What a process has open, as the kernel names it."""
    found: set[str] = set()
    with contextlib.suppress(OSError):
        for entry in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                found.add(os.readlink(f"/proc/{pid}/fd/{entry}"))
    return found


def _sockets(pid: int) -> set[bytes]:
    return {name[8:-1].encode() for name in _files(pid) if name.startswith("socket:[")}


def _address(text: bytes, family: int) -> tuple[str, int]:
    """Read an address as the kernel writes it: 32-bit words in the order of the machine."""
    raw, port = text.split(b":")
    packed = bytes.fromhex(raw.decode())
    words = b"".join(packed[start : start + 4][::-1] for start in range(0, len(packed), 4))
    return socket.inet_ntop(family, words), int(port, 16)
