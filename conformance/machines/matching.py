"""Whether an operation came out by a branch of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.evidence.outcomes import Raised, Returned
from conformance.evidence.scenario import Exchange
from conformance.plan.branch import Branch, Fails, Hands

if TYPE_CHECKING:
    from conformance.machines.performance import Done
    from conformance.plan.state import State


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
