"""Who belongs to a daemon: its children, who of them must live, and signals to nobody else."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import NamedTuple

from conformance.machines.repro_player.world import (
    SETTLE_S,
    CannotReplay,
    has_variable,
    is_alive,
    wait_until,
)


class Kin(NamedTuple):
    """A process as the kernel shows it.

    Attributes:
        parent_pid: its parent's pid.
        group_pid: leader of its process group.
        state: one letter; `Z` is a zombie.
    """

    parent_pid: int
    group_pid: int
    state: str


class Counted(NamedTuple):
    """Who lives beside a daemon.

    Attributes:
        has_daemon: whether the daemon lives.
        missing: pids that must live and do not.
        surplus: children of the daemon that must not live.
        zombies: children of the daemon that have ended and are not collected.
    """

    has_daemon: bool
    missing: list[int]
    surplus: list[int]
    zombies: list[int]

    @property
    def is_well(self) -> bool:
        """Whether all is as it must be."""
        return self.has_daemon and not (self.missing or self.surplus or self.zombies)

    @property
    def is_decided(self) -> bool:
        """Whether all is well, or can be no more: nobody comes back to life."""
        return self.is_well or not self.has_daemon or bool(self.missing)


class Family:
    """A daemon that this script has started, and whoever descends from it.

    Args:
        daemon_pid: of the daemon.
        token: value of WFC_TOKEN, with which it was started.
    """

    def __init__(self, daemon_pid: int, token: str) -> None:
        self._daemon_pid = daemon_pid
        self._mark = f"WFC_TOKEN={token}".encode()

    def has(self, pid: int) -> bool:
        """Tell whether a process is one of this script's own.

        Args:
            pid: its pid, as whoever claims it.

        Returns:
            Whether it is a child of the daemon, or was started with the token.
        """
        seen = kin_of(pid)
        return seen is not None and (self._is_child(seen) or has_variable(pid, self._mark))

    def signal(self, pid: int, number: int) -> None:
        """Send a signal to a process of this script, and to no other.

        Args:
            pid: its pid; nothing happens if it is gone.
            number: the signal.

        Raises:
            CannotReplay: if the process is none of this script's.
        """
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        try:  # the handle is that of whoever is looked at, even if the pid is given away
            if kin_of(pid) is not None and not self.has(pid):
                raise CannotReplay(f"pid {pid} is no process of this script; it gets no signal")
            signal.pidfd_send_signal(handle, number)
        except ProcessLookupError:
            return
        finally:
            os.close(handle)

    def census(self, must: set[int], may: set[int]) -> Counted:
        """Count until all is well, or can be no more, or the time is over.

        Args:
            must: pids that must live.
            may: pids that may live.

        Returns:
            What was seen last.
        """
        seen = Counted(has_daemon=True, missing=[], surplus=[], zombies=[])

        def is_decided() -> bool:
            nonlocal seen
            seen = self._count(must, may)  # one who may live may just be ending at the next look
            return seen.is_decided

        wait_until(is_decided)
        return seen

    def _is_child(self, seen: Kin) -> bool:
        """Whether this is a child of the daemon, which is still a child of ours."""
        daemon = kin_of(self._daemon_pid)
        is_there = daemon is not None and daemon.parent_pid == os.getpid()
        return is_there and seen.parent_pid == self._daemon_pid

    def _count(self, must: set[int], may: set[int]) -> Counted:
        children = {pid: seen.state for pid in _children(self._daemon_pid) if (seen := kin_of(pid))}
        living = {pid for pid, state in children.items() if state not in "ZX"}
        return Counted(
            has_daemon=is_alive(self._daemon_pid),
            missing=sorted(must - living),
            surplus=sorted(living - must - may),
            zombies=sorted(pid for pid, state in children.items() if state == "Z"),
        )


def kin_of(pid: int) -> Kin | None:
    """Look at a process.

    Args:
        pid: its pid.

    Returns:
        What is seen, or None if there is no such process.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    state, parent_pid, group_pid = text[text.rindex(")") + 2 :].split()[:3]
    return Kin(int(parent_pid), int(group_pid), state)


def wait_for_ends(pids: list[int]) -> list[int]:
    """Wait until processes have ended.

    Args:
        pids: theirs; one that was never told has ended.

    Returns:
        Those that live on after the limit.
    """
    wait_until(lambda: not any(map(is_alive, pids)), SETTLE_S)
    return list(filter(is_alive, pids))


def _children(pid: int) -> list[int]:
    """The pids of its children, zombies included."""
    found: list[int] = []
    for lists in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, lists.read_text(encoding="ascii").split())
        except OSError:
            continue
    return found
