"""stopWorker asks the daemon for a kill and closes; without a daemon it only closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.endings import open_connections
from conformance.check.kills import misdirected_kill_requests, wrong_kill_requests
from conformance.check.outcomes import failures_to_return
from conformance.check.plain import broken_promises
from conformance.check.pools import mute_handouts
from conformance.check.starts import wrong_start_counts
from conformance.contract.limits import MUST_HAPPEN_S, MUST_NOT_HAPPEN_S
from conformance.evidence.outcomes import Returned
from conformance.stage.cast import daemon_pid, pid_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.evidence.findings import Finding
    from conformance.stage.factory import Worker
    from conformance.stage.stage import Stage


def _open_ends(worker: Worker) -> Iterator[Finding]:
    """See a stopped worker whose connection is still open at the caller's end."""
    yield from broken_promises(
        "open_connections",
        holds=worker.is_closed(),
        expected="the stopped worker's connection closed",
        actual="it is open",
    )


@pytest.mark.clauses("F-STOP-01")
def test_a_stopped_worker_is_killed_by_its_daemon(stage: Stage) -> None:
    """Two of three workers are stopped; the third and the daemon go on."""
    factory = stage.factory()
    workers = [factory.create() for _ in range(3)]
    pids = [pid_of(worker) for worker in workers]
    stopped = [factory.stop_worker(workers[at]) for at in (1, 0)]
    stage.wait_for_count(2, "kill_request")
    stage.judge(
        "F-STOP-01",
        *[failures_to_return(call.outcome) for call in stopped],
        wrong_kill_requests(stage.history, [pids[1], pids[0]]),
        _open_ends(workers[0]),
        _open_ends(workers[1]),
        mute_handouts([workers[2].echo()[0], factory.create().echo()[0]]),
        wrong_start_counts(stage.history, 1),
    )


@pytest.mark.clauses("F-STOP-01")
def test_the_connection_is_closed_whatever_the_daemon_does(stage: Stage) -> None:
    """The daemon hears the kill request and ignores it: the worker sees the connection end."""
    factory = stage.factory("kill_request=ignore")
    worker = factory.create()
    pid = pid_of(worker)
    factory.stop_worker(worker)
    stage.wait_for("kill_request")
    stage.wait_for("closed", "worker")
    stage.judge(
        "F-STOP-01",
        wrong_kill_requests(stage.history, [pid]),
        open_connections(stage.history, [pid]),
    )


@pytest.mark.clauses("F-STOP-01")
def test_the_kill_request_names_the_pid_that_was_acknowledged(stage: Stage) -> None:
    """The worker acknowledges with its daemon's pid instead of its own."""
    factory = stage.factory("acknowledge=pid:parent")
    worker = factory.create()
    factory.stop_worker(worker)
    stage.wait_for("kill_request")
    stage.judge("F-STOP-01", wrong_kill_requests(stage.history, [daemon_pid(stage)]))


@pytest.mark.clauses("F-STOP-02")
def test_an_unregistered_worker_is_only_closed(stage: Stage) -> None:
    """A worker of another factory; then its own last one, whose kill request must be the only."""
    factory, other = stage.factory(), stage.factory()
    own, last, stranger = factory.create(), factory.create(), other.create()
    pid_of(own)
    last_pid, stranger_pid = pid_of(last), pid_of(stranger)
    stopped = factory.stop_worker(stranger)
    stage.wait_for("closed", "worker")
    stage.judge(
        "F-STOP-02",
        failures_to_return(stopped.outcome),
        open_connections(stage.history, [stranger_pid]),
    )
    factory.stop_worker(last)
    stage.wait_for("kill_request", pid=last_pid)
    stage.judge("F-STOP-02", wrong_kill_requests(stage.history, [last_pid]))


@pytest.mark.clauses("F-STOP-03")
def test_without_a_daemon_the_worker_is_only_closed(stage: Stage) -> None:
    """The daemon was killed, so that its worker lives on, and the factory stopped."""
    factory = stage.factory()
    worker = factory.create()
    pid = pid_of(worker)
    stage.kill(daemon_pid(stage))
    factory.stop()
    stopped = factory.stop_worker(worker)
    stage.wait_for("closed", "worker")
    stage.judge(
        "F-STOP-03",
        failures_to_return(stopped.outcome),
        open_connections(stage.history, [pid]),
        wrong_start_counts(stage.history, 1),
    )


@pytest.mark.clauses("F-STOP-04")
def test_a_second_stop_of_a_worker_does_not_fail(stage: Stage) -> None:
    """The kill request may come once or twice, but for nobody else."""
    factory = stage.factory()
    worker, last = factory.create(), factory.create()
    pid, last_pid = pid_of(worker), pid_of(last)
    factory.stop_worker(worker)
    again = factory.stop_worker(worker)
    factory.stop_worker(last)
    stage.wait_for("kill_request", pid=last_pid)
    stage.judge(
        "F-STOP-04",
        failures_to_return(again.outcome),
        wrong_kill_requests(stage.history, [pid, last_pid], [pid, pid, last_pid]),
    )


@pytest.mark.clauses("F-STOP-05")
def test_with_a_dead_daemon_the_worker_is_closed(stage: Stage) -> None:
    """The daemon was killed, and the factory has not noticed."""
    factory = stage.factory()
    worker = factory.create()
    pid = pid_of(worker)
    stage.kill(daemon_pid(stage))
    stopped = factory.stop_worker(worker)
    has_returned = isinstance(stopped.outcome, Returned)
    stage.wait_for(
        "closed", "worker", within_s=MUST_HAPPEN_S if has_returned else MUST_NOT_HAPPEN_S
    )
    stage.judge(
        "F-STOP-05",
        failures_to_return(stopped.outcome),
        open_connections(stage.history, [pid]),
    )


@pytest.mark.clauses("F-STOP-06")
def test_a_pid_is_not_sent_to_a_later_daemon(stage: Stage) -> None:
    """A worker outlives its daemon and is stopped when there is a new one."""
    factory = stage.factory()
    old = factory.create()
    stage.kill(daemon_pid(stage))
    new = factory.create()
    new_pid = pid_of(new)
    factory.stop_worker(old)
    factory.stop_worker(new)
    asked = stage.wait_for("kill_request", pid=new_pid)
    stage.judge(
        "F-STOP-06",
        wrong_start_counts(stage.history, 2),
        broken_promises(
            "wrong_kill_requests",
            holds=asked is not None,
            expected="a kill request for the new worker",
            actual="none",
        ),
        misdirected_kill_requests(stage.history),
    )
