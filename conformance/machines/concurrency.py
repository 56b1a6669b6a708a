"""Calls that overlapped, judged for linearizability against the model of the factory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.check.linearizability import Interval, Search, search
from conformance.check.outcomes import endless_calls, failures_to_return
from conformance.check.pools import double_handouts
from conformance.errors import Undecided
from conformance.evidence.findings import Finding, put_down_to
from conformance.evidence.outcomes import Raised, Returned, TimedOut
from conformance.evidence.scenario import Create, Release, Stop
from conformance.machines.blame import explain
from conformance.machines.matching import matched
from conformance.plan.branch import Branch, Looked
from conformance.plan.interleaving import broken_off
from conformance.plan.model import Model
from conformance.plan.oblivion import in_order
from conformance.stage.calls import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.machines.crossing import Crossed
    from conformance.plan.state import State

#: create() is two critical sections: it looks for an idle worker, then goes to the daemon.
_TWO = ("look", "connect")


class Linearization:
    """Looks for an order of overlapping calls that the contract allows.

    Args:
        model: of the factory.
        crossed: the calls.
    """

    def __init__(self, model: Model, crossed: Sequence[Crossed]) -> None:
        self._model = model
        self._crossed = crossed
        self._has_stop = any(isinstance(one.operation, Stop) for one in crossed)

    def search(self, initial: Iterable[State]) -> Search[State]:
        """Search.

        Args:
            initial: states in which the factory may have been.

        Returns:
            The states in which valid orders end.

        Raises:
            Undecided: if there are too many orders to try.
        """
        intervals = [
            Interval(
                one,
                one.begin,
                one.end,
                _TWO if isinstance(one.operation, Create) and self._has_daemon else ("whole",),
            )
            for one in self._crossed
        ]
        found: Search[State] = search(tuple(initial), intervals, self._step)
        if found.is_undecided:
            raise Undecided(f"undecided after {found.explored} orders of concurrent calls")
        return found

    @property
    def _has_daemon(self) -> bool:
        return self._model.settings.use_daemon

    def _step(self, state: State, crossed: Crossed, phase: str) -> Iterator[State]:
        operation = crossed.operation
        if not isinstance(operation, Create) or phase == "whole":
            branches = list(self._model.overlapping(state, operation))
            yield from self._matching(branches, crossed)
            if not branches:
                yield state  # of a worker that was never handed out
        elif phase == "look":
            for looked in self._model.look(state, operation):
                if isinstance(looked, Looked):
                    yield looked.state
                else:
                    yield from self._matching([looked], crossed)
        elif state.life_of(operation.worker) is not None:
            yield state  # the first half has found an idle worker
        else:
            branches = list(self._model.connect(Looked(state), operation))
            yield from self._matching(branches, crossed)
            yield from self._broken_off(state, crossed)

    @staticmethod
    def _matching(branches: list[Branch], crossed: Crossed) -> Iterator[State]:
        for branch in branches:
            if crossed.done is None:
                yield branch.state
            elif (state := matched(branch, crossed.done)) is not None:
                yield in_order(state)

    def _broken_off(self, state: State, crossed: Crossed) -> Iterator[State]:
        """A stop() may end a create() that is stalled (F-STOP-12), however far it has come."""
        if not self._has_stop or crossed.done is None:
            return
        if isinstance(crossed.done.outcome, Raised):
            yield from broken_off(state)


def clause_of(crossed: Sequence[Crossed], states: Iterable[State]) -> str:
    """Tell which clause concurrent calls are about.

    Args:
        crossed: the calls.
        states: in which the factory may have been.

    Returns:
        Its id.
    """
    if any(isinstance(one.operation, Stop) for one in crossed):
        return "F-CONC-04"
    if any(state.has_dead_daemon for state in states):
        return "F-CONC-03"
    return "F-CONC-01"


def explain_disorder(
    model: Model, initial: Sequence[State], crossed: Sequence[Crossed], found: Search[State]
) -> list[Finding]:
    """Say what is wrong with overlapping calls that no order allows.

    Args:
        model: of the factory.
        initial: states in which it may have been.
        crossed: the calls.
        found: by the search.

    Returns:
        The findings, each with its clause.
    """
    clause = clause_of(crossed, initial)
    handed = [one.done.handed for one in crossed if one.done is not None and one.done.handed]
    twice = put_down_to("F-CONC-02", double_handouts(handed))
    if twice and not _given_back(crossed):
        return twice
    endless = [endless_calls(TimedOut(0.0)) for one in crossed if one.done is None]
    if endless:
        return put_down_to(clause, *endless)[:1]
    refusals = [crossed[index] for index in found.refused]
    if _met_the_dead(model, initial, crossed, refusals):
        outcomes = [one.done.outcome for one in refusals if one.done is not None]
        return put_down_to("F-POOL-16", *map(failures_to_return, outcomes))
    alone = [wrong for index in found.refused for wrong in _alone(model, initial, crossed[index])]
    if alone:
        return alone
    return put_down_to(*_disorder(clause, model, initial, crossed, found))


def _disorder(
    clause: str,
    model: Model,
    initial: Sequence[State],
    crossed: Sequence[Crossed],
    found: Search[State],
) -> tuple[str, list[Finding]]:
    """Nothing is wrong with a call by itself: is it the order of the pool, or that of all?"""
    told = "; ".join(map(_tell, crossed))
    if _is_order_of_pool_alone(model, initial, crossed):
        wanted = "the workers in the order of their releases"
        return "F-POOL-02", [Finding("wrong_handouts", wanted, told)]
    refused = ", ".join(_tell(crossed[index]) for index in found.refused) or "none"
    wanted = "an order of the calls that the contract allows"
    return clause, [Finding("unlinearizable_calls", wanted, f"{told}: no place for {refused}")]


def _is_order_of_pool_alone(
    model: Model, initial: Sequence[State], crossed: Sequence[Crossed]
) -> bool:
    """Whether all would be well if idle workers could be handed out in any order."""
    unordered = Model(model.profile, model.settings, is_unordered=True)
    try:
        return Linearization(unordered, crossed).search(initial).is_linearizable
    except Undecided:
        return False


def _met_the_dead(
    model: Model, initial: Sequence[State], crossed: Sequence[Crossed], refusals: Sequence[Crossed]
) -> bool:
    """Whether only create() are refused, each failed perhaps at a dead worker of a dead daemon."""
    is_failed = all(
        isinstance(one.operation, Create) and one.done and isinstance(one.done.outcome, Raised)
        for one in refusals
    )
    if not refusals or not is_failed or not model.profile.dead_idle_discarded:
        return False
    released = [one.operation.worker for one in crossed if isinstance(one.operation, Release)]
    for state in initial:
        given = (life for life in map(state.life_of, released) if life is not None)
        queued = {*state.idle, *given}
        if state.has_dead_daemon and any(not state.lives[one].is_alive for one in queued):
            return True
    return False


def _alone(model: Model, initial: Sequence[State], one: Crossed) -> list[Finding]:
    """What is wrong with a failed call by itself, whatever went on beside it."""
    if one.done is None or not isinstance(one.done.outcome, Raised):
        return []
    branches = [branch for state in initial for branch in model.branches(state, one.operation)]
    if any(matched(branch, one.done) is not None for branch in branches):
        return []
    usual = branches[:1] if not isinstance(one.operation, Create) else []
    return [wrong for branch in usual for wrong in explain(branch, one.done)]


def _given_back(crossed: Sequence[Crossed]) -> bool:
    """Whether a worker that was handed out was given back among these calls."""
    created = {one.operation.worker for one in crossed if isinstance(one.operation, Create)}
    others = [one.operation for one in crossed if not isinstance(one.operation, (Create, Stop))]
    return any(getattr(one, "worker", None) in created for one in others)


def _tell(one: Crossed) -> str:
    name = type(one.operation).__name__.lower()
    worker = getattr(one.operation, "worker", "")
    if one.done is None:
        return f"{name} {worker} never answered".replace("  ", " ")
    outcome = one.done.outcome
    how = describe(outcome)
    if isinstance(outcome, Returned) and one.done.handed:
        how = f"got pid {one.done.answered_pid or one.done.told_pid}"
    return f"{name} {worker} {how}".replace("  ", " ")
