"""Several calls in flight at once, so that long waits are paid for once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.drive.clock import Deadline
from conformance.evidence.outcomes import Outcome, TimedOut
from conformance.stage.run import end_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.stage.calls import Call
    from conformance.stage.factory import Factory
    from conformance.stage.stage import Stage


class Answer(msgspec.Struct, frozen=True):
    """How a create came out within its limit.

    Attributes:
        outcome: returned, raised or timed out.
        took_s: seconds until then.
    """

    outcome: Outcome
    took_s: float


def create_together(stage: Stage, factories: Sequence[Factory], within_s: float) -> list[Answer]:
    """Ask each factory for a worker, at the same time if the adapter can.

    Creates that are still without an answer are let go afterwards: all processes of the
    scenario are ended, which ends whatever a factory waits for. So the faults must leave
    the next daemon of each factory in peace, if there is one.

    Args:
        stage: where they play.
        factories: each is asked once.
        within_s: limit in seconds, for all of them or for each.

    Returns:
        One answer a factory.
    """
    if "concurrent" in stage.run.about.capabilities:
        return _finish(stage, [factory.begin_create() for factory in factories], within_s)
    return [_finish(stage, [factory.begin_create()], within_s)[0] for factory in factories]


def wait_for_any(calls: Sequence[Call], within_s: float) -> list[Call]:
    """Wait until one of several calls has its answer.

    Args:
        calls: in flight, to the same adapter; also those that have their answer.
        within_s: limit in seconds; 0 to see what has come.

    Returns:
        Those that `finish` without waiting, in order; none if the time was over.
    """
    deadline = Deadline(within_s)
    while calls and not any(call.has_answer for call in calls):
        if not calls[0].receive(deadline.left_s):
            break
    return [call for call in calls if call.is_ready]


def _finish(stage: Stage, calls: Sequence[Call], within_s: float) -> list[Answer]:
    """Finish each call when its answer comes, so that none pays for the time of another."""
    deadline = Deadline(within_s)
    waiting = list(calls)
    while ready := wait_for_any(waiting, deadline.left_s):
        for call in ready:
            call.finish(0.0)
        waiting = [call for call in waiting if call not in ready]
    for call in waiting:
        call.finish(0.0)
    answers = [_answer(call, within_s) for call in calls]
    _let_go(stage, [call for call in calls if not call.is_answered])
    return answers


def _answer(call: Call, within_s: float) -> Answer:
    outcome = call.outcome if call.is_answered else TimedOut(within_s)
    return Answer(outcome, call.took_s)


def _let_go(stage: Stage, hung: Sequence[Call]) -> None:
    if not hung:
        return
    end_all("WFC_SCENARIO", stage.token)
    for call in hung:
        call.finish()
