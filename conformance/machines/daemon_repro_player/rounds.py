"""Step after step of a daemon's scenario, and after each of them a look at who lives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.machines.daemon_repro_player.deeds import Deeds
from conformance.machines.daemon_repro_player.wrongs import Wrongs
from conformance.machines.repro_player.stillness import wait_until_still

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.machines.daemon_repro_player.started import Daemon

#: By which clause others survive a step, unless by the one about connections.
_ABOUT = {
    "request_kill": "D-13",
    "say": "D-10",
    "leave": "D-10",
    "hup_daemon": "D-19",
    "signal": "D-22",
}
#: How long to wait until nothing moves, in seconds; some daemons never rest.
_STILL_S = 0.3
#: How it stands before the first step.
_NOBODY: dict[str, list[str]] = {"must": [], "may": [], "left": [], "trusted": []}


class Rounds:
    """One time through the scenario.

    Args:
        daemon: on which.
        data: the scenario, with what the model says of each step.
        show: prints what comes of each step.
    """

    def __init__(self, daemon: Daemon, data: dict[str, Any], show: Callable[[str], None]) -> None:
        self._daemon = daemon
        self._steps: list[dict[str, Any]] = data["steps"]
        self._wrongs = Wrongs(data["clauses"])
        self._deeds = Deeds(daemon, self._wrongs, reuse=data["reuse"])
        self._show = show

    def run(self) -> str:
        """Perform and judge step after step.

        Returns:
            The first that is wrong; empty if nothing is.
        """
        before: dict[str, Any] = _NOBODY
        for number, step in enumerate(self._steps, 1):
            came = self._deeds.do(step, before)
            self._show(f"  {number:2} {step['told']}: {came}")
            if step is self._steps[-1]:  # what follows from it may come a moment later
                wait_until_still(_STILL_S)
            if step["do"] != "end" and not self._wrongs.found:
                self._look_round(step)
            if self._wrongs.found:
                return f"step {number}, {step['told']}: {'; '.join(self._wrongs.found)}"
            before = step
        return ""

    def _look_round(self, step: dict[str, Any]) -> None:
        """Whoever must live does, nobody else does, and nobody is left to be collected."""
        must, may = self._pids(step["must"]), self._pids(step["may"])
        seen = self._daemon.family.census(must, may)
        about = _about(step)
        if not seen.has_daemon:
            self._wrongs.judge_living(about, "the daemon", [self._daemon.pid])
            return
        self._wrongs.judge_living(about, "each worker", seen.missing)
        self._wrongs.judge_ended("D-05", "whoever serves no connection", seen.surplus)
        self._wrongs.judge_equal("D-21", "zombies:", seen.zombies, [])

    def _pids(self, names: list[str]) -> set[int]:
        return {self._deeds.lines[name].pid for name in names}


def _about(step: dict[str, Any]) -> str:
    """Name the clause by which others survive a step."""
    if step["do"] == "say" and step["what"] in ("wrong", "nothing"):
        return "D-08"
    return _ABOUT.get(step["do"], "D-05")
