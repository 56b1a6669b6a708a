"""What may come of the operations of a factory that works without a daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.contract.lifecycles import WorkerEvent, WorkerState
from conformance.evidence.scenario import Create, Exchange, Operation, Release, Stop, StopWorker
from conformance.plan.branch import Branch, Fails, Hands, Returns
from conformance.plan.mischief import MISCHIEFS, Effect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.profiles import Profile
    from conformance.plan.state import State

_POINTS = ("offer", "pid")

#: Effect → the clause by which create() fails.
_FAILURES = {Effect.REFUSED_SECRET: "F-SIMP-03", Effect.SIMPLE_NEGATIVE_PID: "F-SIMP-05"}


def branches(state: State, operation: Operation, profile: Profile) -> Iterator[Branch]:
    """Say what may come of an operation.

    Args:
        state: where the factory stands.
        operation: asked of it.
        profile: by which it is judged.

    Yields:
        Every allowed outcome; none if the operation makes no sense.
    """
    match operation:
        case Create():
            yield _create(state, operation.worker)
        case Stop():
            yield from _stop(state, profile)
        case Exchange() | Release() | StopWorker():
            index = state.life_of(operation.worker)
            if index is not None:
                yield from _of_worker(state, operation, index)


def _create(state: State, worker: str) -> Branch:
    state = msgspec.structs.replace(state, starts=state.starts + 1)
    for point in _POINTS:
        for armed in state.armed_at(point):
            state = state.took(armed)
            clause = _FAILURES.get(MISCHIEFS[armed.fault].effect)
            if clause is not None:  # the process waits for its end and passes nothing more
                return Branch(outcome=Fails(), state=state, clause=clause)
    handed = state.handed_new(worker, 0)
    return Branch(
        outcome=Hands(len(handed.lives) - 1, is_new=True), state=handed, clause="F-SIMP-01"
    )


def _of_worker(
    state: State, operation: Exchange | Release | StopWorker, index: int
) -> Iterator[Branch]:
    match operation:
        case Exchange():
            if state.lives[index].is_alive:
                yield Branch(outcome=Returns(), state=state, clause="F-SIMP-01")
        case Release():
            yield Branch(outcome=Returns(), state=_closed(state, index), clause="F-SIMP-07")
        case StopWorker():
            yield Branch(outcome=Returns(), state=_closed(state, index), clause="F-SIMP-08")


def _closed(state: State, index: int) -> State:
    """Releasing closes and never pools; the process sees it and ends (F-SIMP-07)."""
    life = state.lives[index]
    if life.state is not WorkerState.DEAD:
        life = life.after(WorkerEvent.STOP)
    return state.with_life(index, msgspec.structs.replace(life, is_open=False))


def _stop(state: State, profile: Profile) -> Iterator[Branch]:
    ended = state
    for index, life in enumerate(state.lives):
        if life.is_alive:
            ended = ended.with_life(index, life.after(WorkerEvent.END))
    yield Branch(outcome=Returns(), state=ended, clause="F-SIMP-09")
    if ended != state and not profile.simple_stop_terminates:
        yield Branch(outcome=Returns(), state=state, clause="F-SIMP-09")
