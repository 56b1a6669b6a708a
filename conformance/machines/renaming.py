"""Gives what a scenario is about the plainest names."""

from __future__ import annotations

from sys import intern
from typing import TYPE_CHECKING

from msgspec.structs import replace

from conformance.evidence.scenario import (
    AnyStep,
    Arm,
    Cease,
    Create,
    Exchange,
    Expectation,
    KillDaemon,
    KillWorker,
    Operation,
    Release,
    Scenario,
    Stop,
    StopWorker,
    Together,
)
from conformance.machines.tidying import branches_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.machines.tidying import Deed


def renamed(scenario: Scenario) -> Scenario:
    """Call workers w1, w2, ..., factories f1, f2, ... and gates g1, g2, ...

    Each in the order in which the steps name them first; factories that they do not name
    come last. Texts (faults, variables, title, origin) stay as they are.

    Args:
        scenario: to be renamed.

    Returns:
        The same scenario by other names.
    """
    mentions = list(_mentions(scenario))
    workers, gates = _numbered("w", mentions), _numbered("g", mentions)
    factories = _numbered("f", [*mentions, *(("f", name) for name in scenario.factories)])
    naming = _Naming(workers, factories, gates)
    return replace(
        scenario,
        steps=tuple(map(naming.step, scenario.steps)),
        factories={
            new: scenario.factories[old]
            for old, new in factories.items()
            if old in scenario.factories
        },
    )


def _numbered(kind: str, mentions: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Number the names of a kind, in order of first mention."""
    names = dict.fromkeys(name for one, name in mentions if one == kind)
    # Interned, so that msgspec knows the default again and leaves it out of files.
    return {name: intern(f"{kind}{number}") for number, name in enumerate(names, 1)}


def _mentions(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Give each name that the steps mention, with the letter of its kind."""
    for step in scenario.steps:
        for one in (one for branch in branches_of(step) for one in branch):
            yield from _names(one)
        if isinstance(step, Together):
            for gate in step.gates:
                yield from (("g", gate.name), ("f", gate.factory))


def _names(deed: Deed) -> Iterator[tuple[str, str]]:
    """Give each name that a deed mentions, with the letter of its kind."""
    if isinstance(deed, Create | Stop | KillDaemon | Arm | Cease):
        yield "f", deed.factory
    if isinstance(deed, Create | Exchange | Release | StopWorker | KillWorker):
        yield "w", deed.worker
    if isinstance(deed, Operation) and deed.expect is not None:
        others = (deed.expect.same_as, *(deed.expect.kill_requests or ()))
        yield from (("w", name) for name in others if name is not None)


class _Naming:
    """Old names with the new ones."""

    def __init__(
        self, workers: dict[str, str], factories: dict[str, str], gates: dict[str, str]
    ) -> None:
        self._workers = workers
        self._factories = factories
        self._gates = gates

    def step(self, step: AnyStep) -> AnyStep:
        """Rename what a step mentions."""
        match step:
            case Together():
                return self._together(step)
            case KillDaemon() | Arm() | Cease():
                return replace(step, factory=self._factories[step.factory])
            case KillWorker():
                return replace(step, worker=self._workers[step.worker])
            case _:
                return self._operation(step)

    def _operation(self, one: Operation) -> Operation:
        """Rename what an operation mentions."""
        expect = None if one.expect is None else self._expectation(one.expect)
        match one:
            case Create():
                worker, factory = self._workers[one.worker], self._factories[one.factory]
                return replace(one, worker=worker, factory=factory, expect=expect)
            case Stop():
                return replace(one, factory=self._factories[one.factory], expect=expect)
            case Exchange() | Release() | StopWorker():
                return replace(one, worker=self._workers[one.worker], expect=expect)

    def _expectation(self, expect: Expectation) -> Expectation:
        """Rename the workers of an expectation."""
        killed = expect.kill_requests
        return replace(
            expect,
            same_as=None if expect.same_as is None else self._workers[expect.same_as],
            kill_requests=None if killed is None else tuple(self._workers[one] for one in killed),
        )

    def _together(self, together: Together) -> Together:
        """Rename what callers at the same time mention; branches have numbers of their own."""
        own = {one.name: self._gates[one.name] for one in together.gates}
        gates = tuple(
            replace(one, name=own[one.name], factory=self._factories[one.factory])
            for one in together.gates
        )
        branches = tuple(tuple(map(self._operation, branch)) for branch in together.branches)
        schedule = tuple(own.get(entry, entry) for entry in together.schedule)
        return replace(together, branches=branches, gates=gates, schedule=schedule)
