"""Callers at work: one operation alone, or branches whose moves a schedule orders."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from conformance.machines.repro_player.performance import Came, Performance
from conformance.machines.repro_player.world import CALL_S, wait_until

if TYPE_CHECKING:
    from conformance.machines.repro_player.scene import Scene


class Caller:
    """A caller with its operations, in order.

    Args:
        performance: that performs them.
        operations: of the scenario.

    Attributes:
        came: how those begun so far came out.
        is_busy: whether one is under way.
    """

    def __init__(self, performance: Performance, operations: list[dict[str, Any]]) -> None:
        self._performance = performance
        self._left = list(operations)
        self.came: list[Came] = []
        self.is_busy = False

    @property
    def can_begin(self) -> bool:
        """Whether the next operation can begin."""
        return bool(self._left) and not self.is_busy

    def begin(self, count: int = 1) -> None:
        """Begin the next operations, one after another.

        Args:
            count: how many.
        """
        self.is_busy = True
        operations, self._left = self._left[:count], self._left[count:]
        threading.Thread(target=self._work, args=(operations,), daemon=True).start()

    def _work(self, operations: list[dict[str, Any]]) -> None:
        for operation in operations:
            self.came.append(Came(operation))
            self._performance.perform(operation, self.came[-1])
        self.is_busy = False


def play_alone(performance: Performance, operation: dict[str, Any]) -> Came:
    """Perform one operation, with a deadline.

    Args:
        performance: that performs it.
        operation: of the scenario.

    Returns:
        How it came out; after a hang it is still under way.
    """
    caller = Caller(performance, [operation])
    caller.begin()
    while caller.is_busy and not performance.broken:
        if not _wait_for_change(performance, [caller]):
            break
    return caller.came[0] if caller.came else Came(operation)


class Together:
    """Callers at work at the same time.

    Args:
        performance: that performs their operations.
        scene: where the gates are.
        step: of the scenario.
    """

    def __init__(self, performance: Performance, scene: Scene, step: dict[str, Any]) -> None:
        self._performance, self._scene = performance, scene
        self._callers = [Caller(performance, list(branch)) for branch in step["branches"]]
        self._gates: list[dict[str, str]] = step.get("gates", [])
        self._schedule: list[str] = list(step.get("schedule", []))
        self._opened: set[str] = set()

    def play(self) -> list[list[Came]]:
        """Let them all do their work.

        Returns:
            For each branch how its operations came out; fewer if one hangs.
        """
        for gate in self._gates:
            self._scene.faults[gate.get("factory", "f1")].make_gate(gate["name"], gate["point"])
        if not self._schedule:
            for caller in self._callers:
                caller.begin(count=1000)
        while self._move():
            pass
        for gate in self._gates:
            self._scene.faults[gate.get("factory", "f1")].end_gate(gate["name"])
        return [caller.came for caller in self._callers]

    def _move(self) -> bool:
        """Make the next move that can be made; false if nobody has anything left to do."""
        self._performance.rest()
        names = [f"b{number + 1}" for number in range(len(self._callers))]
        order = [*self._schedule, *names, *(gate["name"] for gate in self._gates)]
        waiting = self._scene.waiting()
        for name in order:
            if name in names and self._callers[names.index(name)].can_begin:
                self._callers[names.index(name)].begin()
            elif name in waiting and name not in self._opened:
                self._open(name)
            else:
                continue
            if name in self._schedule:
                self._schedule.remove(name)
            return True
        busy = [caller for caller in self._callers if caller.is_busy]
        return bool(busy) and _wait_for_change(self._performance, busy)

    def _open(self, name: str) -> None:
        owner = self._scene.owner_of_gate(name)
        if owner:
            owner.open_gate(name)
        self._opened.add(name)


def _wait_for_change(performance: Performance, callers: list[Caller]) -> bool:
    """Wait until one of the callers is free, or somebody comes to a gate."""
    before = performance.waiting()

    def has_changed() -> bool:
        is_free = bool(performance.broken) or not all(caller.is_busy for caller in callers)
        return is_free or performance.waiting() != before

    return wait_until(has_changed, CALL_S)
