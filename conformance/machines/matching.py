"""Whether what was seen fits an account: an outcome its branch, a worker its daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.evidence.outcomes import Raised, Returned
from conformance.evidence.scenario import Exchange
from conformance.plan.branch import Branch, Fails, Hands

if TYPE_CHECKING:
    from conformance.machines.performance import Done
    from conformance.machines.watch import Seen
    from conformance.plan.state import Life, State


def matched(branch: Branch, done: Done) -> State | None:
    """See whether an operation came out by a branch; a new worker's pid is kept.

    Args:
        branch: one allowed outcome.
        done: how it came out.

    Returns:
        The branch's state with what was learned; None if it came out otherwise.
    """
    match branch.outcome:
        case Fails(kinds=kinds):
            if not isinstance(done.outcome, Raised):
                return None
            return branch.state if not kinds or done.outcome.counts_as in kinds else None
        case Hands() as hands:
            is_so = isinstance(done.outcome, Returned)
            return _handed(branch.state, hands, done) if is_so else None
        case _ if isinstance(done.operation, Exchange):
            return _answered(branch.state, done.operation, done)
        case _:
            return branch.state if isinstance(done.outcome, Returned) else None


def _handed(state: State, hands: Hands, done: Done) -> State | None:
    pid = done.answered_pid if done.answered_pid is not None else done.told_pid
    if not hands.is_new:
        return state if pid == state.lives[hands.life].pid else None
    others = (one.pid for number, one in enumerate(state.lives) if number != hands.life)
    if pid is not None and pid in others:
        return None
    bound = msgspec.structs.replace(state.lives[hands.life], pid=pid)
    return state.with_life(hands.life, bound)


def _answered(state: State, operation: Exchange, done: Done) -> State | None:
    index = state.life_of(operation.worker)
    is_so = index is not None and done.answered_pid == state.lives[index].pid
    return state if is_so else None


def is_of_another_daemon(life: Life, seen: Seen) -> bool:
    """Tell whether another daemon forked a worker than an account of overlapping calls has it.

    Args:
        life: the worker, by the account.
        seen: of its factory.

    Returns:
        Whether it is so; False if nobody told of its fork.
    """
    if life.pid is None or not life.generation:
        return False
    return seen.generations.get(life.pid, life.generation) != life.generation
