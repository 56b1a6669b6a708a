"""Simple workers that never come, never speak or end early, and who is told of their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.daemons import surviving_processes
from conformance.check.durations import early_answers, late_answers
from conformance.check.faults import unstruck_faults
from conformance.check.outcomes import endless_calls, failures_to_raise
from conformance.check.plain import unequal_values
from conformance.check.simple_workers import leaked_listeners, ports_of
from conformance.contract.limits import CONNECT_BACK_S, MUST_HAPPEN_S, SIMPLE_SECRET_S
from conformance.door.messages import WorkerStopped
from conformance.drive import sandbox
from conformance.drive.clock import wait_until
from conformance.observe import processes
from conformance.stage.together import Answer, create_together

if TYPE_CHECKING:
    from conformance.stage.factory import Factory, Worker
    from conformance.stage.stage import Stage

#: What the limits are set to, in seconds, where the implementation lets us. On a busy
#: machine a process may start too late for the first one, and then nothing is shown.
SHORT_S = (0.4, 2.0, 8.0)
WRAPPED = "Python worker failed to connect back."
#: From here on a wait counts as endless, in seconds: half as long again as Spark's.
ENDLESS_S = 15.0
#: For a process to end that nobody needs, in seconds.
TIDY_S = 2.0


@pytest.mark.clauses("F-SIMP-02", "F-SIMP-04", "F-SIMP-10", "F-SIMP-06")
def test_no_wait_for_a_simple_worker_is_endless(stage: Stage) -> None:
    """Four at once: no connection, no secret, no pid, and one that ends at its start."""
    answers, is_short, short_s = _ask_patiently(stage)
    no_connection, no_secret, no_process, no_pid = answers
    allowed_s = short_s if is_short else CONNECT_BACK_S
    stage.judge(
        "F-SIMP-02",
        failures_to_raise(no_connection.outcome, ("time_out",), WRAPPED),
        early_answers(no_connection.took_s, allowed_s),
        late_answers(no_connection.took_s, allowed_s + MUST_HAPPEN_S),
    )
    allowed_s = short_s if is_short else SIMPLE_SECRET_S
    stage.judge(
        "F-SIMP-04",
        failures_to_raise(no_secret.outcome, ("time_out", "other"), WRAPPED),
        late_answers(no_secret.took_s, allowed_s + MUST_HAPPEN_S),
        unstruck_faults(stage.history, "offer"),
    )
    stage.judge(
        "F-SIMP-10",
        endless_calls(no_pid.outcome),
        unstruck_faults(stage.history, "pid"),
        late_answers(no_process.took_s, MUST_HAPPEN_S),
    )
    listening = processes.listening_sockets(stage.run.about.pid)
    stage.judge("F-SIMP-06", leaked_listeners(listening, ports_of(stage.history)))


def _ask_patiently(stage: Stage) -> tuple[list[Answer], bool, float]:
    """Ask by one limit after the other, until each process has come to its fault."""
    *shorter, longest_s = SHORT_S
    for short_s in shorter:
        answers, is_short = _ask_four(stage, short_s)
        if stage.history.of("fault", point="offer") and stage.history.of("fault", point="pid"):
            return answers, is_short, short_s
    return *_ask_four(stage, longest_s), longest_s


def _ask_four(stage: Stage, short_s: float) -> tuple[list[Answer], bool]:
    """Ask four factories at once; tell whether they keep to the limit that they were given."""
    short = {"connect_timeout_s": short_s, "handshake_timeout_s": short_s}
    late, silent, nameless = (
        stage.simple_factory(fault, options=short)
        for fault in ("connect=never", "offer=never", "pid=never")
    )
    early = stage.simple_factory("start=exit:3")
    is_short = late.honoured.get("connect_timeout_s", False)
    limit_s = short_s + MUST_HAPPEN_S if is_short else ENDLESS_S
    return create_together(stage, (late, silent, early, nameless), limit_s), is_short


@pytest.mark.clauses("F-SIMP-10")
def test_a_simple_worker_whose_handshake_failed_is_terminated(stage: Stage) -> None:
    """It offers another secret and stays, whatever becomes of its connection."""
    created = stage.simple_factory("offer=wrong,then=hang").try_create()
    pids = [seen.pid for seen in stage.history.of("start", "simple")]
    sandbox.wait_for_end(pids, TIDY_S)
    lives = {pid: processes.is_alive(pid) for pid in pids}
    stage.judge(
        "F-SIMP-10",
        failures_to_raise(created.outcome, text=WRAPPED),
        unstruck_faults(stage.history, "offer"),
        surviving_processes("a simple worker whose handshake failed", lives),
    )


@pytest.mark.clauses("F-SIMP-12")
def test_the_end_of_a_simple_worker_is_told(stage: Stage) -> None:
    """False while it lives, true once it was killed."""
    factory = stage.simple_factory()
    worker = factory.create()
    before = is_stopped(factory, worker)
    stage.kill(stage.history.of("start", "simple")[0].pid)
    after = wait_until(lambda: is_stopped(factory, worker), MUST_HAPPEN_S)
    stage.judge("F-SIMP-12", unequal_values("stopped:", (before, after), (False, True)))


@pytest.mark.clauses("F-SIMP-12")
def test_the_end_of_a_daemons_worker_is_not_told(stage: Stage) -> None:
    """The question is refused."""
    factory = stage.factory()
    asked = factory.is_worker_stopped(factory.create())
    stage.judge("F-SIMP-12", failures_to_raise(asked.outcome))


def is_stopped(factory: Factory, worker: Worker) -> bool:
    """Ask whether a simple worker has ended."""
    return factory.is_worker_stopped(worker).value(WorkerStopped).stopped
