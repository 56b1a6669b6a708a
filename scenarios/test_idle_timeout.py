"""Idle workers are closed when nobody has been released for long enough.

Where the time-out cannot be made short, its full length is waited for; where it can, an
implementation may still look at its clock every 10 s only, as Spark does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.endings import closed_connections
from conformance.check.kills import wrong_kill_requests
from conformance.check.logs import more_warnings
from conformance.check.pools import (
    Term,
    early_idle_closes,
    mute_handouts,
    unclosed_idle_workers,
)
from conformance.contract.limits import IDLE_WORKER_TIMEOUT_S, MONITOR_TICK_S, MUST_HAPPEN_S
from conformance.drive.clock import Deadline, now_s, wait_until
from conformance.errors import EnvironmentFault, Unobservable
from conformance.stage.cast import pid_of

if TYPE_CHECKING:
    from conformance.evidence.history import History
    from conformance.stage.factory import Factory, Worker
    from conformance.stage.stage import Stage

OPTION = "idle_timeout_s"
#: Long enough to tell the last release from the first, short enough to wait for. On a busy
#: machine two releases may be further apart than the first one, and then nothing is shown.
SHORT_S = (0.2, 1.0, 5.0)
#: About as long as a worker lies idle between two calls through the door.
TINY_S = (0.0005, 0.001, 0.002)
#: How many workers lie idle in each factory, so that a clean-up always finds some.
IDLE = 3
#: How often a worker is at least taken and given back.
ROUNDS = 20
#: Where the time-out is the contract's own, one of many workers is taken that often while it
#: runs out; there are enough for as long as Spark may take to notice.
TAKE_EVERY_S = 0.25
MANY = round((MONITOR_TICK_S + 2) / TAKE_EVERY_S)
#: How much later than the time-out workers may be closed.
DELAY_S = MONITOR_TICK_S + MUST_HAPPEN_S
#: Of a test whose time-out is the contract's own.
FULL_S = IDLE_WORKER_TIMEOUT_S + DELAY_S + 30


@pytest.mark.timeout(FULL_S)
@pytest.mark.clauses("F-POOL-07", "F-POOL-08")
def test_idle_workers_are_closed_after_the_last_release(stage: Stage) -> None:
    """Two idle workers, released one after the other; one active, one active again."""
    for short_s in SHORT_S:
        if _judge_time_out(stage, short_s):
            return
    raise EnvironmentFault("this machine is too busy to release two workers within a time-out")


def _judge_time_out(stage: Stage, short_s: float) -> bool:
    """Play it by one time-out; tell whether both releases came within it."""
    factory = stage.factory(options={OPTION: short_s})
    timeout_s = short_s if factory.honoured.get(OPTION) else IDLE_WORKER_TIMEOUT_S
    idle = [factory.create(), factory.create()]
    active = [factory.create(), factory.create()]
    idle_pids, active_pids = [pid_of(one) for one in idle], [pid_of(one) for one in active]
    factory.release(active[0])
    factory.create()
    first_s = now_s()
    factory.release(idle[0])
    _wait_a_while(first_s + short_s / 2)
    factory.release(idle[1])
    if now_s() - first_s >= timeout_s:
        return False
    term = _term(stage.history, timeout_s)
    wait_until(lambda: _closed(stage.history) >= set(idle_pids), timeout_s + DELAY_S)
    stage.judge(
        "F-POOL-07",
        unclosed_idle_workers(stage.history, idle_pids, term),
        early_idle_closes(stage.history, idle_pids, term),
        wrong_kill_requests(stage.history, []),
    )
    stage.judge(
        "F-POOL-08",
        closed_connections(stage.history, active_pids),
        mute_handouts([one.echo()[0] for one in active]),
    )
    if factory.honoured.get(OPTION):
        _judge_next_time_out(stage, factory, timeout_s)
    return True


def _judge_next_time_out(stage: Stage, factory: Factory, timeout_s: float) -> None:
    """Fill the pool anew: it is found empty, and emptied again."""
    found = _warnings_of_a_create(stage, factory)
    at_ease = _warnings_of_a_create(stage, factory)
    worker = factory.create()
    pid = pid_of(worker)
    factory.release(worker)
    term = _term(stage.history, timeout_s)
    wait_until(lambda: pid in _closed(stage.history), timeout_s + DELAY_S)
    stage.judge(
        "F-POOL-07",
        unclosed_idle_workers(stage.history, [pid], term),
        early_idle_closes(stage.history, [pid], term),
        more_warnings("lingering_idle_workers", found, at_ease),
    )


def _warnings_of_a_create(stage: Stage, factory: Factory) -> tuple[tuple[str, str], ...]:
    """Tell what a create() logs; nothing where the adapter does not pass it on."""
    call = factory.try_create()
    return call.heard() if "log" in stage.run.about.capabilities else ()


def _wait_a_while(moment_s: float, most_s: float = MUST_HAPPEN_S) -> None:
    """Let time pass: it alone tells the first release from the last, and idle from too long."""
    wait_until(lambda: now_s() >= moment_s, most_s)


def _term(history: History, timeout_s: float) -> Term:
    """Read off the side channel when the last release was."""
    called = history.of("call", "harness", op="factory.release_worker")[-1]
    returned = history.of("return", "harness", id=called.keys["id"])[0]
    return Term(
        called_ns=called.at_ns,
        returned_ns=returned.at_ns,
        timeout_s=timeout_s,
        delay_s=DELAY_S,
    )


def _closed(history: History) -> set[int]:
    return {seen.pid for seen in history.of("closed", "worker")}


@pytest.mark.timeout(FULL_S)
@pytest.mark.clauses("F-CONC-05")
def test_no_worker_is_closed_while_it_is_handed_out(stage: Stage) -> None:
    """Workers go in and out of pools whose time is just over, until clean-ups were seen.

    Who takes his time about it sees them used ever more seldom.
    """
    factories = [stage.factory(options={OPTION: tiny_s}) for tiny_s in TINY_S]
    if not all(factory.honoured.get(OPTION) for factory in factories):
        _judge_the_full_time(stage, factories[0])
        return
    for factory in factories:
        _fill(factory, IDLE)
    limit = Deadline(DELAY_S + MONITOR_TICK_S)
    answers: list[int | None] = []
    closed, pause_s = 0, TINY_S[0]
    while closed < IDLE:
        if limit.is_over:
            raise Unobservable("no clean-up of idle workers came")
        answers += [_use_once(factory) for _ in range(ROUNDS) for factory in factories]
        before, closed = closed, len(_closed(stage.history))
        if closed == before:
            _wait_a_while(now_s() + pause_s)
            pause_s *= 2
    answers += [_use_once(factory) for factory in factories]
    stage.judge("F-CONC-05", mute_handouts(answers))


def _judge_the_full_time(stage: Stage, factory: Factory) -> None:
    """Each release begins the time anew, so workers are taken alone when it is over."""
    _fill(factory, MANY)
    released_s = now_s()
    _wait_a_while(released_s + IDLE_WORKER_TIMEOUT_S - 1, IDLE_WORKER_TIMEOUT_S)
    taken: list[Worker] = []
    while not taken or not _closed(stage.history):
        if now_s() > released_s + IDLE_WORKER_TIMEOUT_S + DELAY_S:
            raise Unobservable("no clean-up of idle workers came")
        taken.append(factory.create())
        _wait_a_while(now_s() + TAKE_EVERY_S)
    stage.judge("F-CONC-05", mute_handouts([worker.echo()[0] for worker in taken]))


def _fill(factory: Factory, count: int) -> None:
    """Have so many workers lie idle."""
    for worker in [factory.create() for _ in range(count)]:
        factory.release(worker)


def _use_once(factory: Factory) -> int | None:
    """Take a worker, ask it who it is, and give it back."""
    worker: Worker = factory.create()
    answer, _ = worker.echo()
    factory.release(worker)
    return answer
