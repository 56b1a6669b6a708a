"""Who lives beside a daemon: those who must, those who may, and whoever must not."""

from __future__ import annotations

from typing import NamedTuple

from conformance.drive.clock import wait_until
from conformance.observe import processes


class Counted(NamedTuple):
    """What a census has seen.

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


class Census:
    """Counts the children of a daemon.

    Args:
        daemon_pid: of the daemon.
        within_s: how long whoever must end may take.
    """

    def __init__(self, daemon_pid: int, within_s: float) -> None:
        self._daemon_pid = daemon_pid
        self._within_s = within_s

    def take(self, must: set[int], may: set[int]) -> Counted:
        """Count until all is well or the time is over.

        Args:
            must: pids that must live.
            may: pids that may live.

        Returns:
            What was seen last.
        """
        seen = self._count(must, may)

        def is_over() -> bool:
            """Whether all was well when counted last, or cannot be: nobody comes back to life."""
            nonlocal seen
            seen = self._count(must, may)
            return seen.is_well or not seen.has_daemon or bool(seen.missing)

        if not seen.is_well:
            wait_until(is_over, self._within_s)
        return seen

    def _count(self, must: set[int], may: set[int]) -> Counted:
        found = [processes.look(pid) for pid in processes.child_pids(self._daemon_pid)]
        children = {one.pid: one.state for one in found if one is not None}
        living = {pid for pid, state in children.items() if state not in "ZX"}
        return Counted(
            has_daemon=processes.is_alive(self._daemon_pid),
            missing=sorted(must - living),
            surplus=sorted(living - must - may),
            zombies=sorted(pid for pid, state in children.items() if state == "Z"),
        )
