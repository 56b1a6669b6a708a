"""Several callers at once: one daemon, no worker with two owners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.endings import surviving_processes
from conformance.check.faults import unstruck_faults
from conformance.check.handshakes import wrong_connection_counts
from conformance.check.outcomes import endless_calls, failures_to_return
from conformance.check.pools import double_handouts, mute_handouts
from conformance.check.starts import wrong_start_counts
from conformance.door.messages import Nothing
from conformance.errors import Unobservable
from conformance.evidence.outcomes import Returned
from conformance.stage.cast import daemon_pid, wait_for_ends

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.evidence.findings import Finding
    from conformance.stage.calls import Call
    from conformance.stage.factory import Factory
    from conformance.stage.stage import Stage

#: How many callers there are.
CALLERS = 8
#: How often a race without gates is run.
ROUNDS = 3


@pytest.fixture(autouse=True)
def _needs_concurrent_calls(stage: Stage) -> None:
    """Skip what an adapter that takes one call at a time cannot show."""
    if "concurrent" not in stage.run.about.capabilities:
        raise Unobservable("the adapter takes one call at a time")


def _create_behind_a_gate(stage: Stage, factory: Factory, gate: str) -> list[Call]:
    """Ask for workers until the daemon stands at a gate and all have asked; then open it."""
    calls = [factory.begin_create() for _ in range(CALLERS)]
    stage.wait_for("gate", name=gate)
    stage.call("ping", Nothing())
    stage.open_gate(gate)
    return [call.finish() for call in calls]


def _broken_creates(factory: Factory, calls: Sequence[Call]) -> Iterator[Finding]:
    """See concurrent creates that fail, share a worker, or get one that does not answer."""
    for call in calls:
        yield from failures_to_return(call.outcome)
    made = [factory.worker_of(call) for call in calls if isinstance(call.outcome, Returned)]
    yield from double_handouts([worker.name for worker in made])
    yield from mute_handouts([worker.echo()[0] for worker in made])


@pytest.mark.clauses("F-CONC-01")
def test_concurrent_creates_start_one_daemon(stage: Stage) -> None:
    """All ask before the first daemon has announced its port."""
    factory = stage.factory(f"announce={stage.make_gate('door')}@g1")
    calls = _create_behind_a_gate(stage, factory, "door")
    stage.judge(
        "F-CONC-01",
        wrong_start_counts(stage.history, 1),
        wrong_connection_counts(stage.history, CALLERS),
        _broken_creates(factory, calls),
    )


@pytest.mark.clauses("F-CONC-02")
def test_concurrent_creates_share_no_idle_worker(stage: Stage) -> None:
    """As many idle workers as callers, again and again."""
    factory = stage.factory()
    workers = [factory.create() for _ in range(CALLERS)]
    for _ in range(ROUNDS):
        for worker in workers:
            factory.release(worker)
        calls = [call.finish() for call in [factory.begin_create() for _ in range(CALLERS)]]
        stage.judge("F-CONC-02", _broken_creates(factory, calls))
        workers = [factory.worker_of(call) for call in calls]
    stage.judge("F-CONC-02", wrong_connection_counts(stage.history, CALLERS))


@pytest.mark.clauses("F-CONC-02")
def test_concurrent_creates_and_releases_share_no_worker(stage: Stage) -> None:
    """Half of the workers come back while all callers ask: each is handed out once at most."""
    factory = stage.factory()
    workers = [factory.create() for _ in range(CALLERS)]
    for _ in range(ROUNDS):
        back, kept = workers[: CALLERS // 2], workers[CALLERS // 2 :]
        asked = [
            call
            for worker in back
            for call in (factory.begin_create(), factory.begin_release(worker))
        ]
        creates = [call.finish() for call in asked][::2]
        stage.judge("F-CONC-02", _broken_creates(factory, creates))
        made = [factory.worker_of(call) for call in creates]
        stage.judge("F-CONC-02", double_handouts([one.name for one in made + kept]))
        workers = made + kept


@pytest.mark.clauses("F-CONC-03")
def test_after_a_daemon_death_concurrent_creates_cause_one_restart(stage: Stage) -> None:
    """The daemon was killed, its successor stands at a gate until all have asked."""
    factory = stage.factory(f"announce={stage.make_gate('door')}@g2")
    factory.create()
    stage.kill(daemon_pid(stage))
    calls = _create_behind_a_gate(stage, factory, "door")
    stage.judge(
        "F-CONC-03",
        wrong_start_counts(stage.history, 2),
        _broken_creates(factory, calls),
    )


@pytest.mark.clauses("F-CONC-03")
def test_a_daemon_that_dies_under_concurrent_creates_is_restarted_once(stage: Stage) -> None:
    """All have asked when the daemon takes the next connection, resets it and dies."""
    gate = stage.make_gate("door")
    factory = stage.factory(f"accept={gate}@g1c2;accept=reset@g1c2;accept=crash@g1c2")
    factory.create()
    calls = _create_behind_a_gate(stage, factory, "door")
    stage.judge(
        "F-CONC-03",
        unstruck_faults(stage.history, "accept", 3),
        wrong_start_counts(stage.history, 2),
        _broken_creates(factory, calls),
    )


@pytest.mark.clauses("F-CONC-04")
def test_a_stop_during_concurrent_creates_leaves_one_daemon(stage: Stage) -> None:
    """stop() comes while the first daemon stands at a gate, and again afterwards."""
    factory = stage.factory(f"announce={stage.make_gate('door')}@g1")
    calls = [factory.begin_create() for _ in range(CALLERS // 2)]
    stage.wait_for("gate")
    calls += [factory.begin_stop(), factory.begin_create()]
    stage.call("ping", Nothing())
    stage.open_gate("door")
    calls += [factory.begin_create(), factory.begin_stop(), factory.begin_create()]
    _judge_what_is_left(stage, factory, calls)


@pytest.mark.clauses("F-CONC-04")
def test_creates_and_stops_in_any_order_leave_one_daemon(stage: Stage) -> None:
    """create() and stop() are called in turns, without waiting."""
    factory = stage.factory()
    for _ in range(ROUNDS):
        turns = [(factory.begin_create(), factory.begin_stop()) for _ in range(3)]
        if _judge_what_is_left(stage, factory, [call for turn in turns for call in turn]) > 1:
            break


def _judge_what_is_left(stage: Stage, factory: Factory, calls: Sequence[Call]) -> int:
    """Judge that all calls end, at most one daemon lives, and the factory goes on."""
    finished = [call.finish() for call in calls]
    stage.judge("F-CONC-04", *[endless_calls(call.outcome) for call in finished])
    last = factory.create()
    alive = wait_for_ends(stage, 1)
    stage.judge("F-CONC-04", surviving_processes(alive, 1), mute_handouts([last.echo()[0]]))
    return len(alive)
