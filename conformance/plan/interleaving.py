"""All orders in which the calls of several callers may take effect, and what they see then."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import msgspec

from conformance.contract.lifecycles import FactoryState
from conformance.errors import SuiteError
from conformance.evidence.observations import Observation
from conformance.evidence.scenario import Create, Stop
from conformance.plan.branch import Looked
from conformance.plan.company import Company, World, outcome_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.evidence.scenario import Together
    from conformance.plan.state import State

#: How the calls of each caller have come out so far.
Outcomes: TypeAlias = tuple[tuple[Observation, ...], ...]

#: The most configurations that are looked at.
MOST_CONFIGURATIONS = 20_000


class _Configuration(NamedTuple):
    """How far the callers are.

    Attributes:
        world: how the factories stand.
        outcomes: of the calls that are over.
        looked: callers in the midst of a create(): there was no idle worker.
    """

    world: World
    outcomes: Outcomes
    looked: frozenset[int]

    def ended(self, caller: int, world: World, outcome: Observation) -> _Configuration:
        """One caller's call is over."""
        # Who is handed out at the same time as others work may be dead before he is asked;
        # and a line of the log may be another call's.
        plain = msgspec.structs.replace(outcome, answers=None, warnings=())
        mine = (*self.outcomes[caller], plain)
        outcomes = (*self.outcomes[:caller], mine, *self.outcomes[caller + 1 :])
        return _Configuration(world, outcomes, self.looked - {caller})


def interleavings(
    company: Company, world: World, together: Together
) -> Iterator[tuple[World, Outcomes]]:
    """Say how calls may come out that overlap in any way.

    Args:
        company: the factories.
        world: how they stand before.
        together: what the callers ask.

    Yields:
        How they stand afterwards, and how each call of each caller came out; each pair once.

    Raises:
        SuiteError: if there are too many orders.
    """
    crowd = _Crowd(company, together)
    beginning = _Configuration(world, tuple(() for _ in together.branches), frozenset())
    found = {beginning: None}
    waiting = [beginning]
    while waiting:
        configuration = waiting.pop()
        following = [one for one in crowd.following(configuration) if one not in found]
        if not any(map(crowd.has_work, range(len(together.branches)), configuration.outcomes)):
            yield configuration.world, configuration.outcomes
        waiting += dict.fromkeys(following)
        found |= dict.fromkeys(following)
        if len(found) > MOST_CONFIGURATIONS:
            raise SuiteError(
                f"more than {MOST_CONFIGURATIONS} orders of calls at the same time: "
                "have fewer callers, or fewer calls each"
            )


class _Crowd:
    """Callers at the same time; create() has two critical sections, others have one."""

    def __init__(self, company: Company, together: Together) -> None:
        self._company = company
        self._branches = together.branches
        calls = (one for branch in together.branches for one in branch)
        self._stopped = {one.factory for one in calls if isinstance(one, Stop)}

    def has_work(self, caller: int, outcomes: tuple[Observation, ...]) -> bool:
        """Tell whether a caller has not asked everything yet."""
        return len(outcomes) < len(self._branches[caller])

    def following(self, configuration: _Configuration) -> Iterator[_Configuration]:
        """Have each caller in turn take one more step."""
        for caller, outcomes in enumerate(configuration.outcomes):
            if self.has_work(caller, outcomes):
                yield from self._go_on(configuration, caller, len(outcomes))

    def _go_on(self, now: _Configuration, caller: int, number: int) -> Iterator[_Configuration]:
        operation = self._branches[caller][number]
        place = self._company.place(operation)
        is_split = place is not None and self._company.models[place].settings.use_daemon
        if place is None or not isinstance(operation, Create) or not is_split:
            for world, outcome in self._company.ways(now.world, operation):
                yield now.ended(caller, world, outcome)
        elif caller not in now.looked:
            yield from self._look(now, caller, operation, place)
        else:
            yield from self._connect(now, caller, operation, place)

    def _look(
        self, now: _Configuration, caller: int, operation: Create, place: int
    ) -> Iterator[_Configuration]:
        for looked in self._company.models[place].look(now.world[place], operation):
            world = self._company.with_state(now.world, place, looked.state)
            if isinstance(looked, Looked):
                yield now._replace(world=world, looked=now.looked | {caller})
            else:
                yield now.ended(caller, world, outcome_of(looked))

    def _connect(
        self, now: _Configuration, caller: int, operation: Create, place: int
    ) -> Iterator[_Configuration]:
        state = now.world[place]
        for branch in self._company.models[place].connect(Looked(state), operation):
            world = self._company.with_state(now.world, place, branch.state)
            yield now.ended(caller, world, outcome_of(branch))
        if operation.factory in self._stopped:
            for broken in broken_off(state):
                world = self._company.with_state(now.world, place, broken)
                yield now.ended(caller, world, Observation(outcome="raises"))


def broken_off(state: State) -> Iterator[State]:
    """Say what a stop() leaves of a create() that it ends (F-STOP-12).

    Args:
        state: of the factory when the create() went to the daemon.

    Yields:
        The states afterwards: it may have come to a restart, and it may have connected.
    """
    gone = msgspec.structs.replace(
        state.without_daemon(), starts=state.starts + 1, factory=FactoryState.UNINITIALISED
    )
    for one in (state, gone):
        yield one
        yield msgspec.structs.replace(one, connections=one.connections + 1)
