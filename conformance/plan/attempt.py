"""What may come of asking the daemon for a new worker: start, attempt, restart, attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.contract.lifecycles import FactoryEvent, FactoryState, WorkerEvent
from conformance.plan.branch import Branch, Fails, Hands
from conformance.plan.mischief import MISCHIEFS, Effect, Mischief
from conformance.plan.state import State  # noqa: TC001 - msgspec reads it

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.profiles import Profile
    from conformance.evidence.outcomes import CountsAs

#: What Spark logs before a restart (F-RST-02).
RESTART_WARNINGS = (
    "Failed to open socket to Python daemon",
    "Assuming that daemon unexpectedly quit, attempting to restart",
)

_STARTING = ("start", "announce", "announced")
#: Points of a worker right behind an answer of its own.
_BEHIND = ("acknowledged", "authenticated")
#: Points that a worker comes to when its pid has been read.
_IN_AUTH = ("authenticate", "authenticated")
_CONNECTING = ("accept", "acknowledge", "acknowledged", "authenticate", "authenticated")

#: Effect → kinds of error, and the clause that asks for it. `other` will do where the clause
#: names no kind: not every implementation tells.
_FAILURES: dict[Effect, tuple[tuple[CountsAs, ...], str]] = {
    Effect.END_OF_STREAM: (("end_of_stream", "other"), "F-RST-05"),
    Effect.NEGATIVE_PID: (("illegal_state", "other"), "F-CONN-04"),
    Effect.UNKNOWN_PID: (("illegal_state", "other"), "F-CONN-05"),
    Effect.REFUSED: (("authentication",), "F-CONN-08"),
}


class _Attempt(msgspec.Struct, frozen=True):
    """How an attempt came out."""

    state: State
    effect: Effect
    ends_worker: bool = False
    in_auth: bool = False
    may_end_orderly: bool = False

    @property
    def failure(self) -> Fails:
        """What create() raises if the effect is one of the failures."""
        kinds, _ = _FAILURES[self.effect]
        return Fails(kinds, self.in_auth)


def through_daemon(state: State, worker: str, profile: Profile) -> Iterator[Branch]:
    """Ask the daemon for a new worker, starting one if there is none.

    Args:
        state: where the factory stands; no idle worker is to be had.
        worker: name for the new worker.
        profile: by which it is judged.

    Yields:
        Every allowed outcome, the usual one first.
    """
    yield from _go_to_daemon(state, worker, profile, _why_it_succeeds(state))
    if state.has_dead_daemon:
        # Who notices by himself that it is dead meets no exception, and has nothing to log.
        yield from _go_to_daemon(state.without_dead_daemon(), worker, profile, "F-RST-06")


def _go_to_daemon(state: State, worker: str, profile: Profile, clause: str) -> Iterator[Branch]:
    """Connect to the daemon that the factory takes for alive, or to a new one."""
    has_daemon = state.factory is FactoryState.RUNNING
    state = state.moved(FactoryEvent.CREATE)
    if not has_daemon:
        state, effect = _start(state)
        if effect is Effect.FAILED_START:
            yield _failed_start(state, "F-START-20")
            return
    first = _attempt(state)
    if first.effect in (Effect.LOST, Effect.UNSURE):
        yield from _restart(first.state, worker, _why_it_restarts(clause))
    if first.effect is Effect.UNSURE and profile.lost_before_auth == "any":
        yield _handshake_failed(first.state, Fails(), "F-RST-10")
    elif first.may_end_orderly:
        kinds, ended = _FAILURES[Effect.END_OF_STREAM]
        yield _handshake_failed(first.state, Fails(kinds), ended)
    elif first.effect in _FAILURES:
        yield _handshake_failed(first.state, first.failure, _FAILURES[first.effect][1])
    elif first.effect is Effect.NONE:
        yield _connected(first, worker, clause)


def _why_it_succeeds(state: State) -> str:
    """The clause that a plain success keeps: by what happened before."""
    if state.factory is FactoryState.RUNNING:
        return "F-CONN-01" if state.has_living_daemon else "F-RST-06"
    if state.has_failed:
        return "F-START-16"
    return "F-STOP-09" if state.starts else "F-CONN-01"


def _why_it_restarts(clause: str) -> str:
    """The clause that a restart keeps: the daemon was dead before, or failed just now."""
    return clause if clause == "F-RST-06" else "F-RST-01"


def _restart(state: State, worker: str, clause: str) -> Iterator[Branch]:
    """Stop the daemon, start another, try once more."""
    state = state.moved(FactoryEvent.SOCKET_EXCEPTION).without_daemon()
    state, effect = _start(state)
    if effect is Effect.FAILED_START:
        yield _failed_start(state, "F-RST-08", RESTART_WARNINGS)
        return
    second = _attempt(state)
    if second.effect in (Effect.LOST, Effect.UNSURE):
        # A second loss propagates as it is, whatever it is called.
        failed = second.state.moved(FactoryEvent.SOCKET_EXCEPTION)
        yield from _failed_twice(_branch(Fails(), failed, "F-RST-03", RESTART_WARNINGS))
    elif second.effect in _FAILURES:
        yield from _failed_twice(
            _handshake_failed(second.state, second.failure, "F-RST-03", RESTART_WARNINGS)
        )
    else:
        yield _connected(second, worker, clause, RESTART_WARNINGS)


def _failed_twice(branch: Branch) -> Iterator[Branch]:
    """The second daemon may stay, or not (F-RST-04)."""
    yield branch
    stopped = branch.state.moved(FactoryEvent.STOP).without_daemon()
    yield msgspec.structs.replace(branch, state=stopped)


def _start(state: State) -> tuple[State, Effect]:
    """Start a daemon; the faults armed for its start strike."""
    state = msgspec.structs.replace(state, starts=state.starts + 1)
    state, struck = _strike(state, _STARTING)
    failed = any(one.effect is Effect.FAILED_START for one in struck)
    if failed:
        state = state.moved(FactoryEvent.START_FAILED)
        return msgspec.structs.replace(state, has_failed=True), Effect.FAILED_START
    state = state.moved(FactoryEvent.PORT_READ).with_new_daemon()
    is_dead = any(one.ends_daemon for one in struck)
    return (state.with_dead_daemon() if is_dead else state), Effect.NONE


def _attempt(state: State) -> _Attempt:
    """Connect and shake hands; the faults armed for that strike."""
    if not state.has_living_daemon or state.is_deaf:
        return _Attempt(state, Effect.LOST)
    state = msgspec.structs.replace(state, connections=state.connections + 1)
    state, struck = _strike(state, _CONNECTING)
    effect = _outcome(struck)
    if any(one.deafens for one in struck):
        state = msgspec.structs.replace(state, is_deaf=True)
    if any(one.ends_daemon for one in struck):
        state = state.with_dead_daemon()
    return _Attempt(
        state,
        effect,
        ends_worker=any(one.ends_worker for one in struck),
        in_auth=_decider(struck) in _IN_AUTH,
        may_end_orderly=any(one.may_end_orderly for one in struck if one.effect is effect),
    )


def _strike(state: State, points: tuple[str, ...]) -> tuple[State, list[Mischief]]:
    """Pass points in order; one at which a fault ends the attempt is the last.

    At one point all faults strike, in the order armed, until the process has ended.
    """
    struck: list[Mischief] = []
    for point in points:
        if _is_over(struck, point):
            break
        for armed in state.armed_at(point):
            state = state.took(armed)
            struck.append(MISCHIEFS[armed.fault])
            if struck[-1].ends_process:
                break
    return state, struck


def _is_over(struck: list[Mischief], point: str) -> bool:
    """Whether nobody comes to a point any more, for what has struck before."""
    if _outcome(struck) is Effect.NONE:
        return False
    return not (struck[-1].goes_on and point in _BEHIND)


def _outcome(struck: list[Mischief]) -> Effect:
    """What comes of the faults that struck: the first that has an effect decides."""
    return next((one.effect for one in struck if one.effect is not Effect.NONE), Effect.NONE)


def _decider(struck: list[Mischief]) -> str:
    """The point at which the first fault struck that has an effect; empty if none has."""
    return next((one.point for one in struck if one.effect is not Effect.NONE), "")


def _connected(
    attempt: _Attempt, worker: str, clause: str, warnings: tuple[str, ...] = ()
) -> Branch:
    state = attempt.state.moved(FactoryEvent.CONNECTED)
    state = state.handed_new(worker, state.starts)
    if attempt.ends_worker:
        last = len(state.lives) - 1
        state = state.with_life(last, state.lives[last].after(WorkerEvent.END))
    return _branch(Hands(len(state.lives) - 1, is_new=True), state, clause, warnings)


def _handshake_failed(
    state: State, outcome: Fails, clause: str, warnings: tuple[str, ...] = ()
) -> Branch:
    return _branch(outcome, state.moved(FactoryEvent.HANDSHAKE_FAILED), clause, warnings)


def _failed_start(state: State, clause: str, warnings: tuple[str, ...] = ()) -> Branch:
    return _branch(Fails(), state, clause, warnings)


def _branch(outcome: Hands | Fails, state: State, clause: str, warnings: tuple[str, ...]) -> Branch:
    return Branch(outcome=outcome, state=state, clause=clause, warnings=warnings)
