"""What can be made simpler about a failing scenario, one kind of thing at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Generic, TypeVar

import msgspec
from msgspec.structs import replace

from conformance.evidence.scenario import (
    AnyStep,
    Arm,
    FactorySettings,
    GatePoint,
    Operation,
    Scenario,
    Together,
)
from conformance.machines.tidying import DeedT, Position, branches_of, positions, tidy, without
from conformance.plan.drawing import GATE_POINTS

ScenarioT = TypeVar("ScenarioT")
PartT = TypeVar("PartT", bound=Hashable)

#: How often one fault may strike (`times` of an Arm).
_MOST_TIMES = 9


class Reduction(msgspec.Struct, Generic[ScenarioT, PartT], frozen=True):
    """A way to make a scenario simpler.

    Attributes:
        parts: lists what of it can be simplified, in order; each alone, or several at once.
        drop: gives the scenario with some parts simplified, tidy.
        is_whole: whether it makes sense to do it to all parts at once.
        is_single: whether parts are tried one by one alone.
    """

    parts: Callable[[ScenarioT], Sequence[PartT]]
    drop: Callable[[ScenarioT, Collection[PartT]], ScenarioT]
    is_whole: bool = True
    is_single: bool = False


# -- factories -------------------------------------------------------------------------------


def _factories(scenario: Scenario) -> list[str]:
    """List the factories, as long as there are several."""
    return list(scenario.factories) if len(scenario.factories) > 1 else []


def _without_factories(scenario: Scenario, dropped: Collection[str]) -> Scenario:
    """Drop factories and all about them."""
    left = {name: one for name, one in scenario.factories.items() if name not in dropped}
    return tidy(replace(scenario, factories=left))


def _settings(scenario: Scenario) -> list[tuple[str, str, str]]:
    """List what is set about factories: factory, field, and key in `env`."""
    found: list[tuple[str, str, str]] = []
    for name, one in scenario.factories.items():
        found += [(name, "env", key) for key in one.env]
        if one.python != "first":
            found.append((name, "python", ""))
        if one.idle_worker_max_pool_size is not None:
            found.append((name, "idle_worker_max_pool_size", ""))
    return found


def _without_settings(scenario: Scenario, dropped: Collection[tuple[str, str, str]]) -> Scenario:
    """Put settings back to what they are unless somebody says otherwise."""
    factories = {
        name: FactorySettings(
            use_daemon=one.use_daemon,
            python="first" if (name, "python", "") in dropped else one.python,
            idle_worker_max_pool_size=None
            if (name, "idle_worker_max_pool_size", "") in dropped
            else one.idle_worker_max_pool_size,
            env={key: text for key, text in one.env.items() if (name, "env", key) not in dropped},
        )
        for name, one in scenario.factories.items()
    }
    return tidy(replace(scenario, factories=factories))


# -- steps -----------------------------------------------------------------------------------


def _steps(scenario: Scenario) -> list[int]:
    """List the steps, a Together as one."""
    return list(range(len(scenario.steps)))


def _without_steps(scenario: Scenario, dropped: Collection[int]) -> Scenario:
    """Drop whole steps."""
    return without(scenario, [where for where in positions(scenario) if where[0] in dropped])


def _branches(scenario: Scenario) -> list[tuple[int, int]]:
    """List the branches of callers at the same time."""
    return [(at, number) for at, one in _togethers(scenario) for number in range(len(one.branches))]


def _without_branches(scenario: Scenario, dropped: Collection[tuple[int, int]]) -> Scenario:
    """Drop branches."""
    return without(scenario, [where for where in positions(scenario) if where[:2] in dropped])


def _operations(scenario: Scenario) -> list[Position]:
    """List the operations of callers at the same time."""
    crowded = {at for at, _ in _togethers(scenario)}
    return [where for where in positions(scenario) if where[0] in crowded]


def _togethers(scenario: Scenario) -> list[tuple[int, Together]]:
    """List where callers are at work at the same time."""
    return [(at, one) for at, one in enumerate(scenario.steps) if isinstance(one, Together)]


# -- callers at the same time ----------------------------------------------------------------


def _gates(scenario: Scenario) -> list[tuple[int, int]]:
    """List the gates: step, number of the gate."""
    return [(at, number) for at, one in _togethers(scenario) for number in range(len(one.gates))]


def _without_gates(scenario: Scenario, dropped: Collection[tuple[int, int]]) -> Scenario:
    """Drop gates, and their entries in schedules."""

    def change(at: int, one: Together) -> Iterator[AnyStep]:
        left = (gate for number, gate in enumerate(one.gates) if (at, number) not in dropped)
        yield replace(one, gates=tuple(left))

    return _changed(scenario, change)


def _steps_by_point(scenario: Scenario) -> list[tuple[int, GatePoint]]:
    """List the steps of one caller with the points at which gates do not stand."""
    standing = {gate.point for _, one in _togethers(scenario) for gate in one.gates}
    left: list[GatePoint] = [one for one in GATE_POINTS if standing and one not in standing]
    alone = [at for at, one in enumerate(scenario.steps) if not isinstance(one, Together)]
    return [(at, point) for at in alone for point in left]


def _gated_elsewhere(scenario: Scenario, dropped: Collection[tuple[int, GatePoint]]) -> Scenario:
    """Drop a step that only brings somebody to a gate, which moves to another point."""
    ((step, point),) = dropped

    def change(_: int, one: Together) -> Iterator[AnyStep]:
        yield replace(one, gates=tuple(replace(gate, point=point) for gate in one.gates))

    return _changed(_without_steps(scenario, [step]), change)


def _entries(scenario: Scenario) -> list[tuple[int, int]]:
    """List the entries of schedules: step, number of the entry."""
    return [(at, number) for at, one in _togethers(scenario) for number in range(len(one.schedule))]


def _without_entries(scenario: Scenario, dropped: Collection[tuple[int, int]]) -> Scenario:
    """Drop entries of schedules."""

    def change(at: int, one: Together) -> Iterator[AnyStep]:
        left = (entry for number, entry in enumerate(one.schedule) if (at, number) not in dropped)
        yield replace(one, schedule=tuple(left))

    return _changed(scenario, change)


def _crowds(scenario: Scenario) -> list[int]:
    """List the steps at which several callers are at work."""
    return [at for at, _ in _togethers(scenario)]


def _branch_by_branch(scenario: Scenario, dropped: Collection[int]) -> Scenario:
    """Have one caller do all, one branch after the other."""

    def change(at: int, one: Together) -> Iterable[AnyStep]:
        return chain.from_iterable(one.branches) if at in dropped else (one,)

    return _changed(scenario, change)


def _by_schedule(scenario: Scenario, dropped: Collection[int]) -> Scenario:
    """Have one caller do all, in the order in which the schedule begins it."""

    def change(at: int, one: Together) -> Iterable[AnyStep]:
        return _begun(one) if at in dropped else (one,)

    return _changed(scenario, change)


def _begun(together: Together) -> Iterator[Operation]:
    """Give the operations in the order in which they are begun."""
    callers = {f"b{number}": iter(branch) for number, branch in enumerate(together.branches, 1)}
    for entry in together.schedule:
        yield from islice(callers.get(entry, ()), 1)
    yield from chain.from_iterable(callers.values())


def _changed(scenario: Scenario, change: Callable[[int, Together], Iterable[AnyStep]]) -> Scenario:
    """Put other steps in the place of each Together."""
    steps = (
        change(at, one) if isinstance(one, Together) else (one,)
        for at, one in enumerate(scenario.steps)
    )
    return tidy(replace(scenario, steps=tuple(chain.from_iterable(steps))))


# -- what is done ----------------------------------------------------------------------------


def _times(scenario: Scenario) -> list[int]:
    """List the faults that strike more than once."""
    return [at for at, one in enumerate(scenario.steps) if isinstance(one, Arm) and one.times > 1]


def _struck_once(scenario: Scenario, dropped: Collection[int]) -> Scenario:
    """Have faults strike once."""
    steps = (
        replace(one, times=1) if at in dropped and isinstance(one, Arm) else one
        for at, one in enumerate(scenario.steps)
    )
    return tidy(replace(scenario, steps=tuple(steps)))


def _later_faults(scenario: Scenario) -> list[int]:
    """List the faults that come after another one of their factory."""
    armed: set[str] = set()
    found: list[int] = []
    for at, one in enumerate(scenario.steps):
        if isinstance(one, Arm):
            found += [at] * (one.factory in armed)
            armed.add(one.factory)
    return found


def _struck_before(scenario: Scenario, dropped: Collection[int]) -> Scenario:
    """Drop faults, and have the one before strike so much more often."""
    steps: list[AnyStep] = []
    last: dict[str, tuple[int, Arm]] = {}
    for at, one in enumerate(scenario.steps):
        if isinstance(one, Arm) and at in dropped and one.factory in last:
            where, before = last[one.factory]
            more = replace(before, times=min(before.times + one.times, _MOST_TIMES))
            last[one.factory] = (where, more)
            steps[where] = more
            continue
        if isinstance(one, Arm):
            last[one.factory] = (len(steps), one)
        steps.append(one)
    return tidy(replace(scenario, steps=tuple(steps)))


def _expectations(scenario: Scenario) -> list[Position]:
    """List where something is expected beside what the model asks for."""
    return [
        (at, number, index)
        for at, step in enumerate(scenario.steps)
        for number, branch in enumerate(branches_of(step))
        for index, one in enumerate(branch)
        if isinstance(one, Operation) and one.expect is not None
    ]


def _without_expectations(scenario: Scenario, dropped: Collection[Position]) -> Scenario:
    """Expect no more than the model asks for."""

    def lenient(where: Position, one: DeedT) -> DeedT:
        is_dropped = where in dropped and isinstance(one, Operation)
        return replace(one, expect=None) if is_dropped else one

    steps: list[AnyStep] = []
    for at, step in enumerate(scenario.steps):
        if isinstance(step, Together):
            branches = (
                tuple(lenient((at, number, index), one) for index, one in enumerate(branch))
                for number, branch in enumerate(step.branches)
            )
            steps.append(replace(step, branches=tuple(branches)))
        else:
            steps.append(lenient((at, 0, 0), step))
    return tidy(replace(scenario, steps=tuple(steps)))


# -- all -------------------------------------------------------------------------------------


def _untidy(scenario: Scenario) -> list[None]:
    """Give one part if there is something to tidy."""
    return [] if tidy(scenario) == scenario else [None]


#: Drops steps, a Together as one.
STEPS = Reduction(_steps, _without_steps, is_whole=False)

#: All reductions, those that take most away first.
REDUCTIONS: tuple[Reduction[Scenario, Any], ...] = (
    Reduction(_factories, _without_factories, is_whole=False),
    STEPS,
    Reduction(_crowds, _branch_by_branch),
    Reduction(_crowds, _by_schedule),
    Reduction(_branches, _without_branches, is_whole=False),
    Reduction(_operations, without, is_whole=False),
    Reduction(_gates, _without_gates),
    Reduction(_steps_by_point, _gated_elsewhere, is_single=True),
    Reduction(_entries, _without_entries),
    Reduction(_settings, _without_settings),
    Reduction(_later_faults, _struck_before),
    Reduction(_times, _struck_once),
    Reduction(_expectations, _without_expectations),
    Reduction(_untidy, lambda scenario, _: tidy(scenario)),
)
