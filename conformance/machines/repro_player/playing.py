"""One time through the scenario: performs each step, judges it, and sees what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.machines.repro_player.judgement import Judge, Seen, count, tell
from conformance.machines.repro_player.performance import Came, Performance
from conformance.machines.repro_player.scene import Scene
from conformance.machines.repro_player.together import Together, play_alone
from conformance.machines.repro_player.world import CannotReplay, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.machines.repro_player.doors import CommandDoor, PythonDoor
    from conformance.machines.repro_player.world import World

#: Steps that are asked of the implementation; others are done to processes and faults.
_OPERATIONS = ("create", "exchange", "release", "stop_worker", "stop")


class Playing:
    """One time through the scenario.

    Args:
        world: where.
        door: to the implementation.
        data: the scenario, its story, and what is allowed at each step.
        number: of this playing.
        show: prints what comes of each step.
    """

    def __init__(
        self,
        world: World,
        door: PythonDoor | CommandDoor,
        data: dict[str, Any],
        number: int,
        show: Callable[[str], None],
    ) -> None:
        scenario = data["scenario"]
        self._allowed: list[list[dict[str, Any]]] = data["allowed"]
        self._story: list[str] = data["story"]
        self._steps: list[dict[str, Any]] = scenario.get("steps", [])
        self._factories: list[str] = list(scenario["factories"])
        self._scene = Scene(world, scenario["factories"], number)
        self._performance = Performance(door, self._scene, scenario.get("profile", ""))
        self._show = show
        self._judge = Judge()

    def run(self) -> str:
        """Perform and judge step after step, and in the end stop every factory.

        Returns:
            The first that is wrong; empty if nothing is.
        """
        stops = [{"do": "stop", "factory": name} for name in self._factories]
        try:
            for number, step in enumerate([*self._steps, *stops]):
                wrong = self._step(number, step)
                if wrong:
                    return f"{self._place(number)}: {wrong}"
            return self._left()
        finally:
            self._scene.close()

    def _place(self, number: int) -> str:
        if number < len(self._steps):
            return f"step {number + 1}, {self._story[number]}"
        return f"after the last step, stop {self._factories[number - len(self._steps)]}"

    def _step(self, number: int, step: dict[str, Any]) -> str:
        before = len(self._scene.told())
        is_last = number >= len(self._steps)
        branches = self._stop_made(step) if is_last else self._perform(step)
        self._performance.rest()
        if not is_last:
            came = " | ".join(", ".join(map(tell, branch)) for branch in branches)
            self._show(f"  {number + 1:2} {self._story[number]}: {came or 'done'}")
        found = self._judged(step, branches, before, self._allowed[number])
        return "; ".join(found or [*self._scene.crowded(), *self._leaked()])

    # -- performing -------------------------------------------------------------------------

    def _perform(self, step: dict[str, Any]) -> list[list[Came]]:
        if step["do"] == "together":
            branches = Together(self._performance, self._scene, step).play()
            self._ask_all(step, branches)
            return branches
        if step["do"] not in _OPERATIONS:
            self._performance.do(step)
            return []
        came = play_alone(self._performance, step)
        self._performance.ask_who(came)
        return [[came]]

    def _stop_made(self, step: dict[str, Any]) -> list[list[Came]]:
        """Stop a factory, if it was ever made."""
        return self._perform(step) if self._performance.has_factory(step["factory"]) else []

    def _ask_all(self, step: dict[str, Any], branches: list[list[Came]]) -> None:
        """Ask those who are handed out, not given up again, and have one owner."""
        given_up = {
            one["worker"]
            for branch in step["branches"]
            for one in branch
            if one["do"] in ("release", "stop_worker")
        }
        for came in (one for branch in branches for one in branch):
            if came.operation.get("worker") not in given_up and not came.is_double:
                self._performance.ask_who(came)

    # -- judging ------------------------------------------------------------------------------

    def _judged(
        self,
        step: dict[str, Any],
        branches: list[list[Came]],
        before: int,
        allowed: list[dict[str, Any]],
    ) -> list[str]:
        """Wait for what follows from a step by itself, and judge it."""
        seen: list[Seen] = []

        def is_decided() -> bool:
            seen[:] = [self._look(step, branches, before)]
            return not self._judge.awaits(seen[0], allowed, self._performance.pids)

        wait_until(is_decided)
        return self._judge.judge(seen[0], allowed, self._performance.pids)

    def _look(self, step: dict[str, Any], branches: list[list[Came]], before: int) -> Seen:
        is_together = step["do"] == "together"
        counts = count(self._scene.told()[before:])
        if not branches or _has_hung(branches):
            return Seen(branches, is_together, counts)
        afterwards = [self._scene.standing(name, self._shown(name)) for name in self._factories]
        return Seen(branches, is_together, counts, afterwards)

    def _shown(self, name: str) -> dict[str, Any]:
        """Ask a factory what it shows of itself, if it was ever made."""
        if not self._performance.has_factory(name):
            return {}
        came = play_alone(self._performance, {"do": "inspect", "factory": name})
        if came.how != "returns":
            self._performance.rest()  # it tells if something broke
            raise CannotReplay(f"{name} does not show itself: {came.text}")
        return came.shown

    def _leaked(self) -> list[str]:
        """Tell of connections that belong to nobody."""
        if wait_until(lambda: not self._performance.count_leaked()):
            return []
        number = self._performance.count_leaked()
        return [f"connections to daemons that are held and belong to no worker: {number}"]

    def _left(self) -> str:
        """Close every worker, and see that no connection and no process is left."""
        self._performance.close_workers()
        self._performance.rest()
        held = self._performance.count_held()
        if held:
            return f"all is stopped and closed; connections to daemons that are held: {held}"
        if wait_until(lambda: not self._scene.left()):
            return ""
        return f"all is stopped and closed; processes that live on: pids {self._scene.left()}"


def _has_hung(branches: list[list[Came]]) -> bool:
    """Tell whether a call has not come back: then nobody knows how things must stand."""
    return any(came.how == "hangs" for branch in branches for came in branch)
