"""What the kernel tells about processes (`man 5 proc`)."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from conformance.observe import proc, tcp

_PROC = Path("/proc")
#: exit_code, field 52 of /proc/PID/stat, counted from its state, field 3.
_EXIT_CODE = 49


class Seen(msgspec.Struct, frozen=True):
    """A process as the kernel shows it.

    Attributes:
        pid: its pid.
        parent_pid: its parent's pid.
        group_pid: leader of its process group.
        state: one letter; `Z` is a zombie, which counts as dead here.
    """

    pid: int
    parent_pid: int
    group_pid: int
    state: str


def look(pid: int) -> Seen | None:
    """Look at a process.

    Args:
        pid: its pid.

    Returns:
        What is seen, or None if there is no such process.
    """
    stat = proc.read(f"/proc/{pid}/stat")
    if not stat:
        return None
    state, parent_pid, group_pid, _ = stat[stat.rindex(b")") + 2 :].split(None, 3)
    return Seen(pid, int(parent_pid), int(group_pid), state.decode())


def is_alive(pid: int) -> bool:
    """Tell whether a process lives; a zombie is dead.

    Args:
        pid: its pid.

    Returns:
        Whether it lives.
    """
    seen = look(pid)
    return seen is not None and seen.state not in "ZX"


def zombie_status(pid: int) -> int | None:
    """Tell how a process ended that nobody has collected yet.

    Args:
        pid: its pid.

    Returns:
        Its exit status, minus the signal that killed it; None if it is no zombie.
    """
    stat = proc.read(f"/proc/{pid}/stat")
    fields = stat[stat.rindex(b")") + 2 :].split() if stat else []
    if not fields or fields[0] != b"Z":
        return None
    return os.waitstatus_to_exitcode(int(fields[_EXIT_CODE]))


def environment(pid: int) -> dict[str, str]:
    """Read the environment a process was started with.

    Args:
        pid: its pid.

    Returns:
        Its variables; empty if it is gone or a zombie.
    """
    raw = proc.read(f"/proc/{pid}/environ")
    pairs = (field.partition(b"=") for field in raw.split(b"\0") if field)
    return {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}


def with_variable(name: str, value: str) -> tuple[int, ...]:
    """Find all living processes that were started with a variable.

    Args:
        name: of the variable.
        value: it must have.

    Returns:
        Their pids.
    """
    wanted = _marked(name, value)
    return tuple(pid for pid in _pids() if _has_in_environment(pid, wanted))


def has_variable(pid: int, name: str, value: str) -> bool:
    """Tell whether a process lives and was started with a variable.

    Args:
        pid: its pid.
        name: of the variable.
        value: it must have.

    Returns:
        Whether it is so.
    """
    return _has_in_environment(pid, _marked(name, value))


def _marked(name: str, value: str) -> bytes:
    """A variable with marks at both ends, so that no environment need be cut to pieces."""
    return os.fsencode(f"\0{name}={value}\0")


def _has_in_environment(pid: int, wanted: bytes) -> bool:
    return wanted in b"\0" + proc.read(f"/proc/{pid}/environ") + b"\0"


def _pids() -> list[int]:
    return [int(entry) for entry in os.listdir(_PROC) if entry.isdigit()]


def children(pid: int) -> tuple[Seen, ...]:
    """List the children of a process, zombies included.

    Args:
        pid: its pid.

    Returns:
        Its children.
    """
    everyone = (look(other) for other in _pids())
    return tuple(seen for seen in everyone if seen and seen.parent_pid == pid)


def child_pids(pid: int) -> list[int]:
    """List the children of a process; quicker than `children`, which looks at everybody.

    Args:
        pid: its pid.

    Returns:
        Their pids, zombies included.
    """
    tasks = f"/proc/{pid}/task"
    lists = (proc.read(f"{tasks}/{tid}/children") for tid in proc.names(tasks))
    return [int(child) for children in lists for child in children.split()]


def threads(pid: int) -> dict[int, str]:
    """List the threads of a process.

    Args:
        pid: its pid.

    Returns:
        Thread id to name, cut to 15 bytes by the kernel; empty if it is gone.
    """
    names: dict[int, str] = {}
    try:
        entries = os.listdir(_PROC / str(pid) / "task")
    except OSError:
        return {}
    for entry in entries:
        try:
            comm = _PROC / str(pid) / "task" / entry / "comm"
            names[int(entry)] = comm.read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            continue
    return names


def descriptors(pid: int) -> dict[int, str]:
    """List the open descriptors of a process.

    Args:
        pid: its pid.

    Returns:
        Number to what it points at, such as `socket:[4242]`.
    """
    found: dict[int, str] = {}
    held = f"/proc/{pid}/fd"
    for entry in proc.names(held):
        try:
            found[int(entry)] = os.readlink(f"{held}/{entry}")
        except OSError:
            continue
    return found


def directory(pid: int) -> str:
    """Read the working directory of a process.

    Args:
        pid: its pid.

    Returns:
        Its path, empty if the process is gone.
    """
    try:
        return os.readlink(_PROC / str(pid) / "cwd")
    except OSError:
        return ""


def signal_masks(pid: int) -> dict[str, int]:
    """Read which signals a process ignores, catches and blocks.

    Args:
        pid: its pid.

    Returns:
        `SigIgn`, `SigCgt`, `SigBlk`: bit n-1 stands for signal n; empty if it is gone.
    """
    try:
        status = (_PROC / str(pid) / "status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    lines = (line.split(":\t") for line in status.splitlines() if line.startswith("Sig"))
    return {name: int(value, 16) for name, value in lines if name != "SigQ"}


def listening_sockets(pid: int) -> tuple[str, ...]:
    """List the addresses a process listens on by TCP.

    Args:
        pid: its pid.

    Returns:
        Hexadecimal `address:port` pairs as in /proc/net/tcp and tcp6.
    """
    inodes = socket_inodes(pid)
    return tuple(address for address, inode in tcp.listening(pid) if inode in inodes)


def socket_inodes(pid: int) -> set[int]:
    """List the sockets that a process holds, of whatever kind.

    Args:
        pid: its pid.

    Returns:
        Their inodes.
    """
    targets = descriptors(pid).values()
    return {int(target[8:-1]) for target in targets if target.startswith("socket:[")}
