"""Who lives beside a daemon: those who must, those who may, and whoever must not."""

from __future__ import annotations

from conformance.drive.clock import wait_until
from conformance.machines.daemon_repro_player.kinship import Counted
from conformance.observe import processes


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

        def is_decided() -> bool:
            nonlocal seen
            seen = self._count(must, may)
            return seen.is_decided

        if not seen.is_well:
            wait_until(is_decided, self._within_s)
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
