"""What a failure of callers at the same time takes, and how gates can take the chance out of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from conformance.evidence.scenario import (
    AnyStep,
    Asked,
    Control,
    Create,
    Gate,
    GatePoint,
    Release,
    Scenario,
    Together,
)
from conformance.plan.drawing import GATE_POINTS
from conformance.plan.outlook import Outlook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.profiles import Profile


def control_of(scenario: Scenario) -> Control:
    """Tell what it takes to see a failure.

    Args:
        scenario: that fails.

    Returns:
        `sequence`: the steps alone; `gates`: callers at the same time, held where the
        schedule says; `chance`: callers at the same time, as it happens.
    """
    together = [step for step in scenario.steps if isinstance(step, Together)]
    if not together:
        return "sequence"
    return "gates" if all(map(_is_controlled, together)) else "chance"


def _is_controlled(together: Together) -> bool:
    """Whether gates hold callers, and the schedule says when each call begins, each gate opens."""
    moves = Counter({f"b{at}": len(calls) for at, calls in enumerate(together.branches, 1)})
    moves.update(gate.name for gate in together.gates)
    return bool(together.gates) and moves <= Counter(together.schedule)


def ways_to_control(scenario: Scenario, profile: Profile) -> Iterator[Scenario]:
    """Think of gates that may take the chance out of a failure.

    Args:
        scenario: that fails by chance, with a Together as its last step if it has one.
        profile: by which it is judged.

    Yields:
        The scenario with the first caller held until all have begun; and with one more
        caller, who has all idle workers and waits for the daemon while the others are at it.
    """
    for point in GATE_POINTS:
        steps = (_held(step, f"gate{at}", point) for at, step in enumerate(scenario.steps))
        yield msgspec.structs.replace(scenario, steps=tuple(steps))
    *before, last = scenario.steps
    if isinstance(last, Together) and all(not isinstance(one, Together) for one in before):
        outlook = Outlook(profile, scenario.factories)
        for step in before:
            outlook.take(step)
        for point in GATE_POINTS:
            for factory, state in outlook.states.items():
                gate = Gate(name="gate0", point=point, factory=factory)
                busy = _beside_a_create(last, gate, len(state.idle))
                yield msgspec.structs.replace(scenario, steps=(*before, busy))


def _held(step: AnyStep, name: str, point: GatePoint) -> AnyStep:
    """The first caller who comes to a point waits there until all have begun."""
    if not isinstance(step, Together) or _is_controlled(step):
        return step
    factory = next(
        (one.factory for branch in step.branches for one in branch if isinstance(one, Create)), ""
    )
    if not factory:
        return step
    gate = Gate(name=name, point=point, factory=factory)
    return msgspec.structs.replace(step, gates=(gate,), schedule=_gate_last(step.branches, gate))


def _beside_a_create(together: Together, gate: Gate, idle: int) -> Together:
    """One takes all idle workers and waits for one more; the next gives them back first."""
    creates = [Create(worker=f"held{at}", factory=gate.factory) for at in range(idle + 1)]
    releases = [Release(worker=one.worker) for one in creates[:idle]]
    first, *others = together.branches
    branches = (tuple(creates), (*releases, *first), *others)
    return Together(branches=branches, gates=(gate,), schedule=_gate_last(branches, gate))


def _gate_last(branches: tuple[tuple[Asked, ...], ...], gate: Gate) -> tuple[str, ...]:
    """Who is held cannot go on; what he has left to ask is put off until the gate is open."""
    begins = (f"b{at}" for at, calls in enumerate(branches, 1) for _ in calls)
    return (*begins, gate.name)
