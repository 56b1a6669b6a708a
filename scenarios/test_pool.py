"""Idle workers: who is handed out again, in which order, and what becomes of the dead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.endings import open_connections
from conformance.check.handshakes import wrong_connection_counts
from conformance.check.kills import wrong_kill_requests
from conformance.check.logs import missing_log_lines
from conformance.check.plain import unequal_values
from conformance.check.pools import dead_handouts, mute_handouts, wrong_handouts
from conformance.check.starts import wrong_start_counts
from conformance.stage.cast import daemon_pid, pid_of

if TYPE_CHECKING:
    from conformance.stage.stage import Stage


@pytest.mark.clauses("F-POOL-01")
def test_an_idle_worker_is_handed_out_before_a_new_one_is_made(stage: Stage) -> None:
    """Two workers, one of them released: the third create() is given that one."""
    factory = stage.factory()
    factory.create()
    idle = factory.create()
    factory.release(idle)
    again = factory.create()
    stage.judge(
        "F-POOL-01",
        wrong_handouts([again.name], [idle.name]),
        wrong_connection_counts(stage.history, 2),
        mute_handouts([again.echo()[0]]),
    )


@pytest.mark.clauses("F-POOL-02")
def test_the_worker_released_first_is_reused_first(stage: Stage) -> None:
    """Three workers are released in another order than they were made in."""
    factory = stage.factory()
    first, second, third = factory.create(), factory.create(), factory.create()
    for worker in (second, third, first):
        factory.release(worker)
    again = [factory.create().name for _ in range(3)]
    stage.judge("F-POOL-02", wrong_handouts(again, [second.name, third.name, first.name]))


@pytest.mark.clauses("F-POOL-03")
def test_a_dead_idle_worker_is_discarded_for_the_next(stage: Stage) -> None:
    """Of two idle workers the one that is due has died."""
    factory = stage.factory()
    dead, alive = factory.create(), factory.create()
    pid = pid_of(dead)
    factory.release(dead)
    factory.release(alive)
    stage.kill(pid)
    call = factory.try_create()
    again = factory.worker_of(call)
    stage.judge(
        "F-POOL-03",
        wrong_handouts([again.name], [alive.name]),
        wrong_connection_counts(stage.history, 2),
        mute_handouts([again.echo()[0]]),
        missing_log_lines(call.heard(), [("WARN", "")]),
    )


@pytest.mark.clauses("F-POOL-04")
def test_a_dead_idle_worker_may_be_handed_out_but_fails_no_create(stage: Stage) -> None:
    """The only idle worker has died: that one or a new one is given."""
    factory = stage.factory()
    dead = factory.create()
    pid = pid_of(dead)
    factory.release(dead)
    stage.kill(pid)
    again = factory.create()
    if again.name != dead.name:
        stage.judge("F-POOL-04", mute_handouts([again.echo()[0]]))
    stage.judge("F-POOL-04", wrong_start_counts(stage.history, 1))


@pytest.mark.clauses("F-POOL-05")
def test_with_dead_idle_workers_alone_a_new_one_is_made(stage: Stage) -> None:
    """Both idle workers have died, their daemon has not."""
    factory = stage.factory()
    dead = [factory.create(), factory.create()]
    pids = [pid_of(worker) for worker in dead]
    for worker, pid in zip(dead, pids, strict=True):
        factory.release(worker)
        stage.kill(pid)
    again = factory.create()
    stage.judge(
        "F-POOL-05",
        dead_handouts([again.name], [worker.name for worker in dead]),
        mute_handouts([again.echo()[0]]),
        wrong_connection_counts(stage.history, 3),
        wrong_start_counts(stage.history, 1),
    )


@pytest.mark.clauses("F-POOL-06")
def test_a_queued_worker_that_is_not_registered_is_discarded(stage: Stage) -> None:
    """A worker of another factory is released to this one, which closes what it discards."""
    factory, other = stage.factory(), stage.factory()
    stranger = other.create()
    pid = pid_of(stranger)
    factory.release(stranger)
    again = factory.create()
    stage.wait_for("closed", "worker")
    stage.judge(
        "F-POOL-06",
        dead_handouts([again.name], [stranger.name]),
        mute_handouts([again.echo()[0]]),
        open_connections(stage.history, [pid]),
    )


@pytest.mark.clauses("F-POOL-15")
def test_an_idle_worker_may_outlive_its_daemon(stage: Stage) -> None:
    """The daemon is killed while a worker is idle: that one or a new one is given."""
    factory = stage.factory()
    idle = factory.create()
    factory.release(idle)
    stage.kill(daemon_pid(stage))
    again = factory.create()
    stage.judge(
        "F-POOL-15",
        mute_handouts([again.echo()[0]]),
        wrong_start_counts(stage.history, 1 if again.name == idle.name else 2),
    )


@pytest.mark.clauses("F-POOL-16")
def test_a_dead_idle_worker_and_a_dead_daemon_fail_no_create(stage: Stage) -> None:
    """The daemon is killed, then the idle worker that it had forked."""
    factory = stage.factory()
    idle = factory.create()
    pid = pid_of(idle)
    factory.release(idle)
    stage.kill(daemon_pid(stage))
    stage.kill(pid)
    again = factory.create()
    stage.judge(
        "F-POOL-16",
        dead_handouts([again.name], [idle.name]),
        mute_handouts([again.echo()[0]]),
        wrong_start_counts(stage.history, 2),
    )


@pytest.mark.clauses("F-POOL-17")
def test_a_release_sends_nothing_to_worker_or_daemon(stage: Stage) -> None:
    """Stray bytes would garble the answer of the worker, or the kill request at the end."""
    factory = stage.factory()
    worker = factory.create()
    pid = pid_of(worker)
    factory.release(worker)
    again = factory.create()
    answer = again.echo(b"and now?")
    stage.judge(
        "F-POOL-17",
        wrong_handouts([again.name], [worker.name]),
        unequal_values("answer", answer, (pid, b"and now?")),
        unequal_values("exchanges", len(stage.history.of("exchange", "worker")), 2),
        wrong_connection_counts(stage.history, 1),
    )
    factory.stop_worker(again)
    stage.wait_for("kill_request")
    stage.judge("F-POOL-17", wrong_kill_requests(stage.history, [pid]))
