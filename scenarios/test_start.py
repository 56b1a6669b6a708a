"""When a daemon is started, and what comes of a start that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.durations import late_answers
from conformance.check.faults import unstruck_faults
from conformance.check.launches import (
    changed_secrets,
    missing_secrets,
    shared_secrets,
    variable_of,
    wrong_commands,
)
from conformance.check.messages import incomplete_messages, null_pointers, unwanted_log_lines
from conformance.check.outcomes import failures_to_raise, failures_to_return
from conformance.check.plain import broken_promises, unequal_values
from conformance.check.starts import wrong_start_counts
from conformance.contract.limits import MUST_HAPPEN_S, PROCESS_WAIT_TIMEOUT_S
from conformance.drive.clock import wait_until
from conformance.observe import processes
from conformance.stage.together import create_together

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.evidence.findings import Finding
    from conformance.stage.factory import Factory
    from conformance.stage.stage import Stage

DAEMON = "fake_daemons.well_behaved"
WORKER = "fake_daemons.simple_well_behaved"
COMPLAINT = "the disk is full"
#: COMPLAINT as a fault has it.
SAYS_SO = "stderr=the%20disk%20is%20full"
#: What an input or output error may count as; Java has one class for both.
IO_ERRORS = ("start_failed", "socket_error")
#: How a factory says that it restarts a daemon.
RESTART_LINES = (
    ("WARN", "Failed to open socket to Python daemon:"),
    ("WARN", "Assuming that daemon unexpectedly quit"),
    ("WARN", "Lost connection to Python daemon"),
)


@pytest.mark.clauses("F-START-01")
def test_nothing_is_started_before_the_first_create(stage: Stage) -> None:
    """Of two factories only the second is asked for a worker."""
    stage.factory()
    asked = stage.factory()
    early = stage.living()
    asked.create()
    stage.judge(
        "F-START-01",
        unequal_values("processes before the first create:", early, ()),
        wrong_start_counts(stage.history, 1),
    )


@pytest.mark.clauses("F-START-02")
def test_the_daemon_is_started_by_the_name_of_its_module(stage: Stage) -> None:
    """The command stands in the daemon's own first words."""
    stage.factory(daemon=DAEMON, worker=WORKER).create()
    command = [stage.run.python_exec, "-m", DAEMON]
    if stage.profile.worker_module_argument:
        command.append(WORKER)
    stage.judge("F-START-02", wrong_commands(stage.history, command))


@pytest.mark.clauses("F-START-13", "F-START-16", "F-START-20")
@pytest.mark.parametrize(
    "point_and_faults",
    [
        f"start=exit:3,{SAYS_SO}@g1",
        f"announce=port:0@g1;announce=exit:3,{SAYS_SO}@g1",
        f"announce=eof@g1;announce=slow:0.1@g1;announce=exit:3,{SAYS_SO}@g1",
    ],
    ids=["no announcement", "no port", "ends later"],
)
def test_a_failed_start_tells_what_the_daemon_said(stage: Stage, point_and_faults: str) -> None:
    """The first daemon complains on stderr and exits with status 3."""
    factory = stage.factory(point_and_faults)
    failed = factory.try_create()
    said = (COMPLAINT, *_python_path(stage))
    stage.judge("F-START-13", incomplete_messages(failed.outcome, *said))
    _judge_the_next_create(stage, factory)


@pytest.mark.clauses("F-START-13", "F-START-20")
def test_a_missing_daemon_module_is_reported_in_python_s_words(stage: Stage) -> None:
    """Python itself complains that there is no such module, before any fake runs."""
    factory = stage.factory(daemon="no_such_daemon_module")
    failed = factory.try_create()
    path = stage.environment()["PYTHONPATH"]
    stage.judge(
        "F-START-13",
        incomplete_messages(failed.outcome, "No module named no_such_daemon_module", path),
    )
    stage.judge("F-START-20", unwanted_log_lines(failed.heard(), RESTART_LINES))


@pytest.mark.clauses("F-START-14", "F-START-12", "F-START-15", "F-START-16", "F-START-20")
def test_a_failed_start_with_a_living_daemon_ends_in_time(stage: Stage) -> None:
    """Two daemons live on: one has closed its stdout, the other has announced port 0."""
    faults = ("announce=eof@g1-2", "announce=port:0@g1-2")
    options = {"process_wait_timeout_s": 0.3}
    factories = [stage.factory(fault, options=options) for fault in faults]
    honours = all(factory.honoured.get("process_wait_timeout_s") for factory in factories)
    wait_s = 0.3 if honours else PROCESS_WAIT_TIMEOUT_S
    answers = create_together(stage, factories, wait_s + MUST_HAPPEN_S)
    stage.judge("F-START-20", wrong_start_counts(stage.history, 2))
    closed, _ = answers
    stage.judge(
        "F-START-12",
        unstruck_faults(stage.history, "announce", 2),
        failures_to_raise(closed.outcome, text=DAEMON),
        null_pointers(closed.outcome),
    )
    for answer in answers:
        late = late_answers(answer.took_s, wait_s + MUST_HAPPEN_S)
        stage.judge("F-START-14", failures_to_raise(answer.outcome), late)
    stage.judge("F-START-15", *(_recorded_daemons(factory) for factory in factories))
    stage.judge("F-START-15", _surviving_daemons(stage))
    created = create_together(stage, factories, MUST_HAPPEN_S)
    stage.judge("F-START-16", *(failures_to_return(answer.outcome) for answer in created))
    stage.judge("F-START-16", wrong_start_counts(stage.history, 4))


@pytest.mark.clauses("F-START-15", "F-START-16", "F-START-20")
def test_a_daemon_that_is_gone_is_not_recorded(stage: Stage) -> None:
    """The first daemon announces port 0 and exits."""
    factory = stage.factory("announce=port:0,then=exit@g1")
    failed = factory.try_create()
    stage.judge("F-START-15", failures_to_raise(failed.outcome), _recorded_daemons(factory))
    _judge_the_next_create(stage, factory)


@pytest.mark.clauses("F-START-17")
def test_the_daemon_s_output_is_drained(stage: Stage) -> None:
    """The daemon, and later its worker, write a megabyte to each stream."""
    factory = stage.factory("announced=flood:stdout;announced=flood:stderr")
    created = factory.try_create(2 * MUST_HAPPEN_S)
    stage.judge("F-START-17", failures_to_return(created.outcome))
    worker = factory.worker_of(created)
    stage.plan("serve=flood:stdout;serve=flood:stderr")
    worker.echo()
    served, _ = worker.echo()
    stage.judge(
        "F-START-17",
        unstruck_faults(stage.history, "announced", 2),
        unstruck_faults(stage.history, "serve", 2),
        broken_promises(
            "undrained_streams",
            holds=served is not None,
            expected="a worker that writes much goes on",
            actual="it is stuck",
        ),
    )


@pytest.mark.clauses("F-START-21")
def test_a_missing_program_is_an_input_or_output_error(stage: Stage) -> None:
    """The Python executable does not exist."""
    program = str(stage.directory / "no-such-python")
    failed = stage.factory(python_exec=program).try_create()
    stage.judge("F-START-21", failures_to_raise(failed.outcome, IO_ERRORS, text=program))
    if "log" in stage.run.about.capabilities:
        stage.judge("F-START-21", unwanted_log_lines(failed.heard(), RESTART_LINES))


@pytest.mark.clauses("F-START-22")
def test_a_factory_keeps_its_secret(stage: Stage) -> None:
    """A second daemon comes after the death of the first, a third after stop()."""
    factory = stage.factory()
    factory.create()
    stage.kill(stage.history.of("start", "daemon")[0].pid)
    factory.create()
    factory.stop()
    factory.create()
    stage.judge("F-START-22", changed_secrets(stage.history, 3))


@pytest.mark.clauses("F-START-23")
def test_each_factory_has_its_own_secret(stage: Stage) -> None:
    """Two factories that were made alike start a daemon each."""
    for factory in (stage.factory(), stage.factory()):
        factory.create()
    stage.judge("F-START-23", shared_secrets(stage.history), missing_secrets(stage.history))


def _judge_the_next_create(stage: Stage, factory: Factory) -> None:
    """Judge that nothing was retried, and that the next create starts a daemon."""
    stage.judge("F-START-20", wrong_start_counts(stage.history, 1))
    created = factory.try_create()
    stage.judge(
        "F-START-16", failures_to_return(created.outcome), wrong_start_counts(stage.history, 2)
    )
    if "log" in stage.run.about.capabilities:
        # A restart would mean that the failed daemon was asked first.
        stage.judge("F-START-16", unwanted_log_lines(created.heard(), RESTART_LINES))


def _python_path(stage: Stage) -> tuple[str, ...]:
    """The first daemon's PYTHONPATH."""
    starts = stage.history.of("start", "daemon")
    path = variable_of(stage.history, starts[0].pid, "PYTHONPATH") if starts else None
    return (path,) if path else ()


def _recorded_daemons(factory: Factory) -> Iterator[Finding]:
    """See a daemon or a port recorded after a failed start, if the factory shows them."""
    if "inspect" not in factory.calls.run.about.capabilities:
        return
    state = factory.inspect()
    yield from broken_promises(
        "recorded_daemons",
        holds=state.daemon_pid is None and not state.daemon_port,
        expected="no daemon, and port 0",
        actual=f"daemon {state.daemon_pid}, port {state.daemon_port}",
    )


def _surviving_daemons(stage: Stage) -> Iterator[Finding]:
    """See daemons that live although their start failed."""
    pids = [start.pid for start in stage.history.of("start", "daemon")]
    wait_until(lambda: not any(map(processes.is_alive, pids)), MUST_HAPPEN_S)
    alive = [pid for pid in pids if processes.is_alive(pid)]
    yield from broken_promises(
        "surviving_daemons",
        holds=not alive,
        expected="every daemon stopped whose start failed",
        actual=f"{alive} of {pids} live",
    )
