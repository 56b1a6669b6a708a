"""The connection to a new worker, up to the pid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.durations import early_answers, late_answers
from conformance.check.faults import unstruck_faults
from conformance.check.handshakes import (
    early_bytes,
    foreign_peers,
    leaked_connections,
    wrong_connection_counts,
    wrong_registrations,
)
from conformance.check.outcomes import endless_calls, failures_to_raise, failures_to_return
from conformance.check.plain import broken_promises, unequal_values
from conformance.check.starts import wrong_start_counts
from conformance.contract.limits import ENDLESS_AFTER_S, FIRST_BYTE_WAIT_S, MUST_HAPPEN_S
from conformance.errors import Unobservable
from conformance.evidence.outcomes import Returned
from conformance.stage.together import create_together

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.evidence.findings import Finding
    from conformance.stage.factory import Factory, Worker
    from conformance.stage.stage import Stage

#: A worker that has not come to its fault by then has not shaken hands either.
HANDSHAKE_WAIT_S = 0.5
#: Where the second attempt must succeed: enough for an honest handshake on a busy machine.
SECOND_WAIT_S = 0.8
#: What a launch failure counts as, told or not: the clauses name no kind of error.
LAUNCH_FAILURES = ("illegal_state", "other")
#: How long a factory may take to close a connection that it has given up.
CLOSE_S = 1.0


@pytest.mark.clauses("F-CONN-01")
def test_each_new_worker_has_a_connection_of_its_own(stage: Stage) -> None:
    """Three workers are created and asked who they are."""
    factory = stage.factory()
    pids = {factory.create().echo()[0] for _ in range(3)}
    stage.judge(
        "F-CONN-01",
        unequal_values("processes that answer:", len(pids - {None}), 3),
        wrong_connection_counts(stage.history, 3),
        foreign_peers(stage.history),
    )


@pytest.mark.clauses("F-CONN-02", "F-CONN-03")
def test_a_pid_may_come_byte_by_byte(stage: Stage) -> None:
    """The worker sends four segments, and looks for early bytes before the last."""
    factory = stage.factory("acknowledge=fragments:4")
    created = factory.try_create()
    struck = list(unstruck_faults(stage.history, "acknowledge"))
    stage.judge("F-CONN-02", struck, early_bytes(stage.history))
    stage.judge("F-CONN-03", struck, failures_to_return(created.outcome))
    if isinstance(created.outcome, Returned):
        stage.judge("F-CONN-03", _wrong_pids(stage, factory.worker_of(created)))


@pytest.mark.clauses("F-CONN-02")
def test_nothing_is_sent_while_the_pid_is_awaited(stage: Stage) -> None:
    """The worker stands at a gate before it acknowledges; its peer has all the time."""
    factory = stage.factory(f"acknowledge={stage.make_gate('before-the-pid')}")
    creating = factory.begin_create()
    stage.wait_for("gate", "worker")
    stage.open_gate("before-the-pid")
    creating.finish()
    stage.judge(
        "F-CONN-02", unstruck_faults(stage.history, "acknowledge"), early_bytes(stage.history)
    )


@pytest.mark.clauses("F-CONN-04", "F-CONN-11", "F-CONN-10")
@pytest.mark.parametrize("value", [-1, -(2**31)])
def test_a_negative_pid_is_a_launch_failure(stage: Stage, value: int) -> None:
    """The worker acknowledges with a negative value and stays."""
    factory = stage.factory(f"acknowledge=pid:{value}")
    failed = factory.try_create()
    stage.judge(
        "F-CONN-04",
        failures_to_raise(failed.outcome, LAUNCH_FAILURES, text=str(value)),
        wrong_start_counts(stage.history, 1),
    )
    _judge_the_failed_handshake(stage, factory)


@pytest.mark.clauses("F-CONN-05", "F-CONN-06", "F-CONN-11", "F-CONN-10")
@pytest.mark.parametrize("value", ["0", "gone"])
def test_a_pid_without_a_process_is_a_launch_failure(stage: Stage, value: str) -> None:
    """The worker acknowledges with a pid that nobody has, and stays."""
    factory = stage.factory(f"acknowledge=pid:{value}")
    created = factory.try_create()
    once = list(wrong_start_counts(stage.history, 1))
    refused = list(failures_to_raise(created.outcome, LAUNCH_FAILURES))
    stage.judge("F-CONN-05", refused, once)
    accepted = isinstance(created.outcome, Returned)
    stage.judge("F-CONN-06", [] if accepted else refused, once)
    if not accepted:
        _judge_the_failed_handshake(stage, factory)


@pytest.mark.clauses("F-CONN-12")
def test_a_worker_is_registered_before_it_is_handed_out(stage: Stage) -> None:
    """The worker is stopped at once: the kill request names its pid."""
    factory = stage.factory()
    worker = factory.create()
    acknowledged = stage.history.of("acknowledge", "worker")[0].number("value")
    if "inspect" in stage.run.about.capabilities:
        state = factory.inspect()
        stage.judge("F-CONN-12", wrong_registrations(state.workers, (acknowledged,)))
    factory.stop_worker(worker)
    request = stage.wait_for("kill_request", "daemon")
    named = request.number("pid") if request else None
    stage.judge("F-CONN-12", unequal_values("pid of the kill request:", named, acknowledged))


@pytest.mark.timeout(2 * FIRST_BYTE_WAIT_S)
@pytest.mark.clauses("F-CONN-15", "F-RST-07")
def test_a_worker_that_never_acknowledges_costs_the_daemon_its_place(stage: Stage) -> None:
    """The first daemon's workers stay silent, the second daemon is well."""
    factory = stage.factory("acknowledge=never@g1", options={"handshake_timeout_s": SECOND_WAIT_S})
    honours = factory.honoured.get("handshake_timeout_s")
    wait_s = SECOND_WAIT_S if honours else FIRST_BYTE_WAIT_S
    answer = create_together(stage, [factory], wait_s + MUST_HAPPEN_S)[0]
    stage.judge(
        "F-CONN-15",
        endless_calls(answer.outcome),
        early_answers(answer.took_s, 0.9 * wait_s),
        late_answers(answer.took_s, wait_s + MUST_HAPPEN_S),
        wrong_start_counts(stage.history, 2),
    )
    stage.judge(
        "F-RST-07", failures_to_return(answer.outcome), wrong_start_counts(stage.history, 2)
    )


@pytest.mark.clauses("F-CONN-16")
def test_a_handshake_ends_however_a_worker_behaves(stage: Stage) -> None:
    """One sends a part of the pid, one no reply, one a part of it; then they are silent."""
    faults = (
        "acknowledge=fragments:4,pause=3600@g1-3",
        "authenticate=never@g1-3",
        "authenticate=length:100@g1-3",
    )
    options = {"handshake_timeout_s": HANDSHAKE_WAIT_S}
    factories = [stage.factory(fault, options=options) for fault in faults]
    honours = all(factory.honoured.get("handshake_timeout_s") for factory in factories)
    within_s = HANDSHAKE_WAIT_S + MUST_HAPPEN_S if honours else ENDLESS_AFTER_S
    answers = create_together(stage, factories, within_s)
    if answers[0].took_s < HANDSHAKE_WAIT_S:
        stage.judge(
            "F-CONN-16",
            unstruck_faults(stage.history, "acknowledge"),
            unstruck_faults(stage.history, "authenticate", 2),
        )
    stage.judge("F-CONN-16", *(endless_calls(answer.outcome) for answer in answers))


@pytest.mark.clauses("F-CONN-17")
def test_a_worker_is_handed_out_in_non_blocking_mode(stage: Stage) -> None:
    """A new worker, and the same one again after its release."""
    factory = stage.factory()
    worker = factory.create()
    stage.judge("F-CONN-17", _blocking_workers(worker))
    factory.release(worker)
    stage.judge("F-CONN-17", _blocking_workers(factory.create()))


@pytest.mark.clauses("F-CONN-17")
def test_a_worker_left_in_blocking_mode_is_handed_out_in_the_other(stage: Stage) -> None:
    """Its last owner read and wrote without a selector, and released it so."""
    factory = stage.factory()
    worker = factory.create()
    worker.block()
    factory.release(worker)
    stage.judge("F-CONN-17", _blocking_workers(factory.create()))


def _judge_the_failed_handshake(stage: Stage, factory: Factory) -> None:
    """Judge that nothing is left of a worker that stays until its peer closes."""
    stage.wait_for("closed", "worker", within_s=CLOSE_S)
    stage.judge("F-CONN-10", leaked_connections(stage.history, 1))
    if "inspect" in stage.run.about.capabilities:
        stage.judge("F-CONN-11", wrong_registrations(factory.inspect().workers, ()))


def _wrong_pids(stage: Stage, worker: Worker) -> Iterator[Finding]:
    """See a pid other than that of the process at the other end."""
    served, _ = worker.echo()
    if stage.profile.create_returns_pid:
        yield from unequal_values("pid of the worker:", worker.pid, served)
    else:
        yield from broken_promises(
            "mute_workers", holds=served is not None, expected="an answer", actual="none"
        )


def _blocking_workers(worker: Worker) -> Iterator[Finding]:
    """See a worker that was handed out in blocking mode."""
    if worker.nonblocking is None:
        raise Unobservable("the adapter does not tell the mode of a worker")
    yield from broken_promises(
        "blocking_workers",
        holds=worker.nonblocking,
        expected="a worker in non-blocking mode",
        actual="one in blocking mode",
    )
