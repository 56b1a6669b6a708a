"""The factories of a scenario side by side, each by its model, and what is seen of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from conformance.evidence.observations import Observation
from conformance.evidence.scenario import (
    Exchange,
    KillWorker,
    Release,
    StopWorker,
    worker_factories,
)
from conformance.plan.branch import Branch, Fails, Hands
from conformance.plan.model import Model
from conformance.plan.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.profiles import Profile
    from conformance.evidence.scenario import Operation, Scenario
    from conformance.plan.model import Deed

#: How the factories stand, in the order in which the scenario names them.
World: TypeAlias = tuple[State, ...]

#: Of an operation that makes no sense, as nobody knows its worker or the worker is dead.
ANYTHING = Observation()


class Company:
    """The factories of a scenario.

    Args:
        scenario: in question.
        profile: by which it is judged.
    """

    def __init__(self, scenario: Scenario, profile: Profile) -> None:
        self.models = [Model(profile, one) for one in scenario.factories.values()]
        self.beginning: World = tuple(State() for _ in self.models)
        self._places = {name: place for place, name in enumerate(scenario.factories)}
        self._owners = worker_factories(scenario)

    def place(self, step: Operation | Deed) -> int | None:
        """Tell which factory a step is about.

        Args:
            step: in question.

        Returns:
            Its place in a World; None if nobody ever asks for its worker.
        """
        if isinstance(step, (Exchange, Release, StopWorker, KillWorker)):
            owner = self._owners.get(step.worker)
            return None if owner is None else self._places[owner]
        return self._places[step.factory]

    @staticmethod
    def with_state(world: World, place: int, state: State) -> World:
        """Replace how one factory stands.

        Args:
            world: of all.
            place: of the factory.
            state: its new one.

        Returns:
            The world with it.
        """
        return (*world[:place], state, *world[place + 1 :])

    def after(self, world: World, deed: Deed) -> World:
        """Say how the factories stand after something was done to processes of one.

        Args:
            world: before it.
            deed: what is done.

        Returns:
            The world afterwards; the same if nobody ever asks for the worker.
        """
        place = self.place(deed)
        if place is None:
            return world
        return self.with_state(world, place, Model.after(world[place], deed))

    def ways(self, world: World, operation: Operation) -> Iterator[tuple[World, Observation]]:
        """Say how an operation may come out.

        Args:
            world: before it, at rest or while other calls are under way.
            operation: asked of a factory or worker.

        Yields:
            The world afterwards, and how it came out; anything goes for an operation that
            makes no sense.
        """
        place = self.place(operation)
        if place is None:
            yield world, ANYTHING
            return
        branches = list(self.models[place].overlapping(world[place], operation))
        for branch in branches:
            yield self.with_state(world, place, branch.state), outcome_of(branch)
        if not branches:
            yield world, ANYTHING


def outcome_of(branch: Branch) -> Observation:
    """Tell how an operation comes out by a branch of the model.

    Args:
        branch: one allowed outcome.

    Returns:
        The outcome and what is logged; a worker that is handed out alive answers.
    """
    match branch.outcome:
        case Hands(life=life, is_new=is_new):
            answers = branch.state.lives[life].is_alive or None
            outcome = "new" if is_new else f"same:{first_name(branch.state, life)}"
            return Observation(outcome=outcome, answers=answers, warnings=branch.warnings)
        case Fails(kinds=kinds):
            return Observation(outcome="raises", kinds=kinds, warnings=branch.warnings)
        case _:
            return Observation(outcome="returns")


def first_name(state: State, index: int) -> str:
    """Tell by which name a worker's process was first handed out.

    Args:
        state: of its factory.
        index: of its life.

    Returns:
        The name.
    """
    return next(name for name, life in state.leases if life == index)
