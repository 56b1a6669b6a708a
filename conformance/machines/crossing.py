"""Callers at the same time: begins their calls and opens gates, one move at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.drive.clock import Deadline
from conformance.evidence.scenario import Asked  # noqa: TC001 - msgspec reads it
from conformance.machines.performance import Done  # noqa: TC001 - msgspec reads it
from conformance.stage.stillness import wait_for_stillness
from conformance.stage.together import wait_for_any

if TYPE_CHECKING:
    from conformance.evidence.scenario import Together
    from conformance.machines.performance import Performance
    from conformance.stage.calls import Call


class Crossed(msgspec.Struct, frozen=True, kw_only=True):
    """An operation among others, and when it was under way.

    Attributes:
        operation: what was asked.
        begin: number of the moment of its call.
        end: number of the moment when its answer had come; None if none came.
        done: how it came out; None if no answer came.
    """

    operation: Asked
    begin: int
    end: int | None
    done: Done | None


class _Flight:
    """One caller: what it still has to ask, and what it waits for."""

    def __init__(self, operations: tuple[Asked, ...]) -> None:
        self.rest = list(operations)
        self.call: Call | None = None
        self.asked: Asked | None = None
        self.begun = 0


class Crossing:
    """Performs what callers do at the same time.

    Args:
        performance: of the scenario.
        together: what they do.

    Attributes:
        crossed: what was asked and answered, in the order of the answers.
    """

    def __init__(self, performance: Performance, together: Together) -> None:
        self.crossed: list[Crossed] = []
        self._performance = performance
        self._together = together
        self._flights = [_Flight(branch) for branch in together.branches]
        self._moment = 0
        self._opened: set[str] = set()

    def perform(self) -> list[Crossed]:
        """Perform it to its end, or to the end of the time.

        Returns:
            What was asked and answered; without an answer what is still under way.
        """
        for gate in self._together.gates:
            self._performance.props[gate.factory].add_gate(gate.name, gate.point)
        if self._together.schedule:
            self._follow(list(self._together.schedule))
        else:
            for flight in self._flights:
                self._begin(flight)
        self._finish()
        for gate in self._together.gates:
            self._performance.props[gate.factory].drop_gate(gate.name)
        return self.crossed

    # -- moves --------------------------------------------------------------------------------

    def _follow(self, moves: list[str]) -> None:
        """Make each move when nothing else moves; the first that is possible comes first."""
        deadline = Deadline(self._performance.pace.call_s)
        while moves and not deadline.is_over:
            is_still = wait_for_stillness(self._performance.stage)
            self._absorb(0.0)
            move = next(filter(self._is_possible, moves), None)
            if move is not None:
                moves.remove(move)
                self._make(move)
            elif is_still:
                return  # nothing moves by itself, and none of these moves is possible

    def _is_possible(self, move: str) -> bool:
        flight = self._flight_of(move)
        if flight is not None:
            return flight.call is None and bool(flight.rest)
        self._performance.watch.look()
        return move in self._performance.watch.gates and move not in self._opened

    def _make(self, move: str) -> None:
        flight = self._flight_of(move)
        if flight is not None:
            self._begin(flight)
            return
        self._opened.add(move)
        for props in self._performance.props.values():
            if props.has_gate(move):
                props.open_gate(move)

    def _flight_of(self, move: str) -> _Flight | None:
        """The caller who moves; None if a gate is opened."""
        is_call = move.startswith("b") and move[1:].isdigit()
        return self._flights[int(move[1:]) - 1] if is_call else None

    def _begin(self, flight: _Flight) -> None:
        """Begin the next operation that makes sense, if there is one."""
        while flight.call is None and flight.rest:
            flight.asked = flight.rest.pop(0)
            flight.call = self._performance.begin(flight.asked)
            self._moment += 1
            flight.begun = self._moment

    # -- answers --------------------------------------------------------------------------------

    def _is_under_way(self) -> bool:
        return any(flight.call is not None for flight in self._flights)

    def _absorb(self, within_s: float) -> bool:
        """Take in the answers that have come; tell whether any had."""
        waiting = [(one, one.call) for one in self._flights if one.call is not None]
        ready = wait_for_any([call for _, call in waiting], within_s) if waiting else []
        for flight, call in waiting:
            if call in ready:
                self._land(flight, call)
        return bool(ready)

    def _land(self, flight: _Flight, call: Call) -> None:
        self._moment += 1
        moment = self._moment
        flight.call = None
        if flight.asked is not None:
            done = self._performance.done(flight.asked, call.finish(0.0))
            self.crossed.append(
                Crossed(operation=flight.asked, begin=flight.begun, end=moment, done=done)
            )

    def _finish(self) -> None:
        """Let everybody through, and have every caller ask the rest."""
        for gate in self._together.gates:
            if gate.name not in self._opened:
                self._make(gate.name)
        deadline = Deadline(self._performance.pace.call_s)
        while True:
            for flight in self._flights:
                self._begin(flight)
            if not self._is_under_way() or not self._absorb(deadline.left_s):
                break
        for flight in self._flights:
            if flight.call is not None and flight.asked is not None:
                flight.call.finish(0.0)
                self.crossed.append(
                    Crossed(operation=flight.asked, begin=flight.begun, end=None, done=None)
                )
