"""Cuts steps out of a scenario, and whatever means nothing without them."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias, TypeVar

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

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

#: Where something is done: number of the step, of the branch, and within the branch, from
#: 0; the last two are 0 but in a Together.
Position: TypeAlias = tuple[int, int, int]
#: A step that is no Together.
Deed: TypeAlias = Operation | KillDaemon | KillWorker | Arm | Cease

DeedT = TypeVar("DeedT", bound=Deed)


def positions(scenario: Scenario) -> list[Position]:
    """List where something is done.

    Args:
        scenario: in question.

    Returns:
        All positions, branch after branch.
    """
    return [
        (at, number, index)
        for at, step in enumerate(scenario.steps)
        for number, branch in enumerate(branches_of(step))
        for index in range(len(branch))
    ]


def branches_of(step: AnyStep) -> Sequence[Sequence[Deed]]:
    """Give the branches of a step.

    Args:
        step: of a scenario.

    Returns:
        Those of a Together; any other step is the only one of the only branch.
    """
    return step.branches if isinstance(step, Together) else ((step,),)


def tidy(scenario: Scenario) -> Scenario:
    """Drop what means nothing: it could not be done, or would change nothing.

    That is: steps whose worker is asked for neither before nor in the same Together, or
    whose factory is not there; taking faults back where none is armed; empty branches; a
    Together of a single branch, which becomes plain steps; gates of a factory that no
    branch has to do with; entries of a schedule for what is not there; expectations about
    workers that nobody asks for; factories that nothing is asked of, unless all are.

    Args:
        scenario: to be tidied.

    Returns:
        The scenario without them; an equal one if it is tidy.
    """
    return without(scenario, ())


def without(scenario: Scenario, dropped: Collection[Position]) -> Scenario:
    """Cut out what is done at some positions, and tidy what is left.

    Args:
        scenario: to be cut.
        dropped: positions of what goes.

    Returns:
        The tidy rest.
    """
    tidying = _Tidying(scenario, frozenset(dropped))
    steps = tuple(chain.from_iterable(map(tidying.rest, range(len(scenario.steps)))))
    used = _factories_in(steps) or set(list(scenario.factories)[:1])
    factories = {name: one for name, one in scenario.factories.items() if name in used}
    return replace(scenario, steps=steps, factories=factories)


class _Tidying:
    """Goes through the steps in order, and knows what stands before each."""

    def __init__(self, scenario: Scenario, dropped: frozenset[Position]) -> None:
        self._scenario = scenario
        self._dropped = dropped
        #: Workers asked for so far, with their factories.
        self._known: dict[str, str] = {}
        self._armed: set[str] = set()

    def rest(self, at: int) -> Iterator[AnyStep]:
        """Give what is left of a step: nothing, one step, or several."""
        step = self._scenario.steps[at]
        if isinstance(step, Together):
            yield from self._rest_together(at, step)
        else:
            yield from self._rest_deed((at, 0, 0), step)

    def _rest_deed(self, where: Position, deed: Deed) -> Iterator[Deed]:
        """Give what is left of a deed: itself, or nothing."""
        if self._stays(where, deed):
            yield self._without_strangers(deed)
            self._note(deed)

    def _rest_together(self, at: int, together: Together) -> Iterator[AnyStep]:
        """Give what is left of a Together: of a single branch, its operations."""
        before = self._known
        self._known = before | {
            one.worker: one.factory
            for number, branch in enumerate(together.branches)
            for index, one in enumerate(branch)
            if isinstance(one, Create) and self._stays((at, number, index), one)
        }
        kept = [
            [index for index, one in enumerate(branch) if self._stays((at, number, index), one)]
            for number, branch in enumerate(together.branches)
        ]
        if sum(map(bool, kept)) > 1:
            yield self._narrowed(together, kept)
        else:
            self._known = before
            for number, branch in enumerate(together.branches):
                for index in kept[number]:
                    yield from self._rest_deed((at, number, index), branch[index])

    def _narrowed(self, together: Together, kept: Sequence[Sequence[int]]) -> Together:
        """Leave some operations of each branch."""
        branches = tuple(
            tuple(self._without_strangers(branch[index]) for index in indices)
            for branch, indices in zip(together.branches, kept, strict=True)
            if indices
        )
        concerned = {self._factory_of(one) for branch in branches for one in branch}
        gates = tuple(one for one in together.gates if one.factory in concerned)
        schedule = _schedule(together.schedule, {one.name for one in gates}, kept)
        return replace(together, branches=branches, gates=gates, schedule=tuple(schedule))

    def _stays(self, where: Position, step: Deed) -> bool:
        """Tell whether something is still done, and makes sense."""
        if where in self._dropped:
            return False
        match step:
            case Exchange() | Release() | StopWorker() | KillWorker():
                return step.worker in self._known
            case Cease():
                return step.factory in self._armed
            case Create() | Stop() | KillDaemon() | Arm():
                return step.factory in self._scenario.factories

    def _note(self, step: Deed) -> None:
        """Remember what later steps may need."""
        match step:
            case Create():
                self._known[step.worker] = step.factory
            case Arm():
                self._armed.add(step.factory)
            case Cease():
                self._armed.discard(step.factory)
            case _:
                pass

    def _factory_of(self, operation: Operation) -> str:
        """Tell which factory an operation has to do with."""
        if isinstance(operation, Create | Stop):
            return operation.factory
        return self._known[operation.worker]

    def _without_strangers(self, step: DeedT) -> DeedT:
        """Expect nothing about workers that nobody asks for."""
        if isinstance(step, KillDaemon | KillWorker | Arm | Cease) or step.expect is None:
            return step
        expect = step.expect
        if expect.same_as not in self._known:
            expect = replace(expect, same_as=None)
        if not self._known.keys() >= set(expect.kill_requests or ()):
            expect = replace(expect, kill_requests=None)
        return replace(step, expect=None if expect == Expectation() else expect)


def _schedule(
    entries: Iterable[str], gates: Collection[str], kept: Sequence[Collection[int]]
) -> Iterator[str]:
    """Keep the entries of a schedule for what is there, and number the branches anew."""
    left = [f"b{number}" for number, indices in enumerate(kept, 1) if indices]
    indices = {f"b{number}": indices for number, indices in enumerate(kept, 1)}
    seen: Counter[str] = Counter()
    for entry in entries:
        if seen[entry] in indices.get(entry, ()):
            yield f"b{left.index(entry) + 1}"
        elif entry in gates and not seen[entry]:
            yield entry
        seen[entry] += 1


def _factories_in(steps: Iterable[AnyStep]) -> set[str]:
    """Tell which factories anything is asked of, or done to."""
    return {
        one.factory
        for step in steps
        for branch in branches_of(step)
        for one in branch
        if isinstance(one, Create | Stop | KillDaemon | Arm | Cease)
    }
