"""The daemon is restarted once after a socket error, and after nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.endings import closed_connections, open_connections, surviving_processes
from conformance.check.faults import unstruck_faults
from conformance.check.handshakes import wrong_connection_counts
from conformance.check.logs import missing_log_lines
from conformance.check.outcomes import failures_to_raise, failures_to_return
from conformance.check.plain import unequal_values
from conformance.check.pools import mute_handouts
from conformance.check.starts import wrong_start_counts
from conformance.contract.limits import MUST_HAPPEN_S
from conformance.errors import Unobservable
from conformance.evidence.findings import Finding
from conformance.evidence.outcomes import Raised, Returned
from conformance.stage.cast import daemon_pid, pid_of, wait_for_ends
from conformance.stage.stillness import wait_for_stillness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.stage.calls import Call
    from conformance.stage.stage import Stage

#: Spark, PythonWorkerFactory.createThroughDaemon; the page's item 8.
RESTART_LINES = (
    ("WARN", "Failed to open socket to Python daemon:"),
    ("WARN", "Assuming that daemon unexpectedly quit, attempting to restart"),
)
#: The kind of an error that does not say what it is: no clause here asks for more.
UNTOLD = "other"


@pytest.mark.clauses("F-RST-01", "F-RST-02")
@pytest.mark.parametrize(
    ("fault", "connections"),
    [("accept=reset@g1", 2), ("announce=nobody@g1", 1)],
    ids=["reset", "refused"],
)
def test_a_lost_daemon_is_restarted_once(stage: Stage, fault: str, connections: int) -> None:
    """The first daemon fails the connection, the second is well."""
    factory = stage.factory(fault)
    created = factory.try_create()
    stage.judge(
        "F-RST-01",
        failures_to_return(created.outcome),
        wrong_start_counts(stage.history, 2),
        wrong_connection_counts(stage.history, connections),
    )
    stage.judge("F-RST-02", missing_log_lines(created.heard(), RESTART_LINES))


@pytest.mark.clauses("F-RST-01")
def test_a_restart_stops_the_old_daemon(stage: Stage) -> None:
    """The first daemon fails the connection, but lives."""
    factory = stage.factory("accept=reset@g1")
    created = factory.try_create()
    stage.judge(
        "F-RST-01",
        failures_to_return(created.outcome),
        unequal_values("living daemons", wait_for_ends(stage, 1), (daemon_pid(stage, 2),)),
    )


@pytest.mark.clauses("F-RST-06", "F-RST-01")
@pytest.mark.parametrize("number", [9, 15], ids=["SIGKILL", "SIGTERM"])
def test_a_daemon_that_died_is_replaced_by_the_next_create(stage: Stage, number: int) -> None:
    """The daemon ends while no worker is idle."""
    factory = stage.factory()
    factory.create()
    stage.signal(daemon_pid(stage), number)
    wait_for_ends(stage)
    created = factory.try_create()
    stage.judge("F-RST-01", failures_to_return(created.outcome))
    stage.judge(
        "F-RST-06", failures_to_return(created.outcome), wrong_start_counts(stage.history, 2)
    )


@pytest.mark.clauses("F-RST-03")
@pytest.mark.parametrize(
    ("second", "counts_as"),
    [
        ("accept=reset@g2", "socket_error"),
        ("announce=nobody@g2", "socket_error"),
        ("accept=close@g2", "end_of_stream"),
        ("acknowledge=pid:-1@g2", "illegal_state"),
        ("authenticate=reply:no@g2", "authentication"),
    ],
    ids=["reset", "refused", "end of stream", "refusal", "authentication"],
)
def test_a_second_failure_propagates_without_a_third_daemon(
    stage: Stage, second: str, counts_as: str
) -> None:
    """The first daemon resets the connection, the second fails in its own way."""
    factory = stage.factory(f"accept=reset@g1;{second}")
    created = factory.try_create()
    stage.judge(
        "F-RST-03",
        failures_to_raise(created.outcome, (counts_as, UNTOLD)),
        wrong_start_counts(stage.history, 2),
    )


@pytest.mark.clauses("F-RST-04")
def test_the_second_daemon_is_kept_or_stopped_but_not_forgotten(stage: Stage) -> None:
    """Two daemons fail a create(); the next create() must not add to what runs."""
    factory = stage.factory("accept=reset@g1;accept=reset@g2c1")
    failed = factory.try_create()
    created = factory.try_create()
    stage.judge(
        "F-RST-04",
        failures_to_raise(failed.outcome),
        failures_to_return(created.outcome),
        surviving_processes(wait_for_ends(stage, 1), 1),
    )


@pytest.mark.clauses("F-RST-05")
@pytest.mark.parametrize(
    "fault",
    ["accept=close", "acknowledge=half", "authenticate=close", "authenticate=half"],
    ids=["before the pid", "within the pid", "before the reply", "within the reply"],
)
def test_an_end_of_stream_causes_no_restart(stage: Stage, fault: str) -> None:
    """The connection ends in an orderly way before the handshake is over."""
    factory = stage.factory(f"{fault}@c1")
    created = factory.try_create()
    stage.judge(
        "F-RST-05",
        failures_to_raise(created.outcome, ("end_of_stream", UNTOLD)),
        wrong_start_counts(stage.history, 1),
    )


@pytest.mark.clauses("F-RST-05", "F-RST-06")
def test_an_end_of_stream_causes_no_restart_even_when_the_daemon_has_died(stage: Stage) -> None:
    """The daemon exits with a connection in hand: that create() fails, the next restarts."""
    factory = stage.factory("accept=exit@g1")
    failed = factory.try_create()
    stage.judge(
        "F-RST-05",
        failures_to_raise(failed.outcome, ("end_of_stream", UNTOLD)),
        wrong_start_counts(stage.history, 1),
    )
    created = factory.try_create()
    stage.judge(
        "F-RST-06", failures_to_return(created.outcome), wrong_start_counts(stage.history, 2)
    )


@pytest.mark.clauses("F-RST-08")
def test_a_failing_second_start_is_explained_by_its_own_stderr(stage: Stage) -> None:
    """The daemon that replaces the first cannot start, and says why."""
    factory = stage.factory("accept=reset@g1;start=exit:3,stderr=out%20of%20luck@g2")
    created = factory.try_create()
    stage.judge(
        "F-RST-08",
        failures_to_raise(created.outcome, text="out of luck"),
        wrong_start_counts(stage.history, 2),
    )


@pytest.mark.clauses("F-RST-09")
def test_a_restart_closes_idle_workers(stage: Stage) -> None:
    """A worker is released while another create() is about to lose the daemon.

    The daemon dies with the connection that it resets, so that only the factory can close
    that of the idle worker. Where a release waits for a create() under way, as in Spark, from
    the loss of one daemon to the start of the next, nobody can be idle, and left open, then.
    """
    door, start = stage.make_gate("door"), stage.make_gate("start")
    faults = f"accept={door}@g1c2;accept=reset@g1c2;accept=crash@g1c2;announce={start}@g2"
    factory = stage.factory(faults)
    worker = factory.create()
    pid = pid_of(worker)
    creating = factory.begin_create()
    stage.wait_for("gate", name="door")
    releasing = factory.begin_release(worker)
    is_idle = _has_ended(stage, releasing)
    stage.open_gate("door")
    stage.wait_for("gate", name="start")
    is_idle_late = not is_idle and _has_ended(stage, releasing)
    stage.open_gate("start")
    creating.finish()
    if is_idle_late:
        raise Unobservable("the release came in the midst of the restart")
    if not is_idle:
        releasing.finish()
    stage.judge(
        "F-RST-09",
        failures_to_return(creating.outcome),
        failures_to_return(releasing.outcome),
        unstruck_faults(stage.history, "accept", 3),
        wrong_start_counts(stage.history, 2),
    )
    if is_idle:
        stage.wait_for("closed", "worker", n=1)
        stage.judge("F-RST-09", open_connections(stage.history, [pid]))


def _has_ended(stage: Stage, call: Call) -> bool:
    """Tell whether a call has ended when nothing moves any more."""
    wait_for_stillness(stage, MUST_HAPPEN_S)
    return call.is_ready and call.finish(0.0).is_answered


@pytest.mark.clauses("F-RST-10")
@pytest.mark.parametrize(
    "fault",
    ["authenticate=reset", "acknowledge=fragments:1,then=reset"],
    ids=["after the secret", "after the pid"],
)
def test_a_peer_lost_between_pid_and_reply(stage: Stage, fault: str) -> None:
    """The connection is reset once the pid is on its way; the second daemon is well."""
    factory = stage.factory(f"{fault}@g1")
    created = factory.try_create()
    stage.judge(
        "F-RST-10",
        unstruck_faults(stage.history, fault.partition("=")[0]),
        _wrong_losses(stage, created),
    )


def _wrong_losses(stage: Stage, created: Call) -> Iterator[Finding]:
    """See what may not come of a peer lost before the reply."""
    starts = len(stage.history.of("start", "daemon"))
    match created.outcome:
        case Returned():
            has_restarted = starts == 2
        case Raised(counts_as="socket_error" | "illegal_state" | "other"):
            has_restarted = stage.profile.lost_before_auth == "any" and starts == 1
        case _:
            has_restarted = False
    if not has_restarted:
        actual = f"{starts} daemons, {created.outcome}"
        yield Finding("wrong_losses", f"a restart, or {stage.profile.lost_before_auth}", actual)


@pytest.mark.clauses("F-RST-11")
def test_a_restart_leaves_active_workers_connected(stage: Stage) -> None:
    """The daemon is killed, its worker lives on; the next create() restarts the daemon."""
    factory = stage.factory()
    active = factory.create()
    pid = pid_of(active)
    stage.kill(daemon_pid(stage))
    factory.create()
    answer, _ = active.echo()
    stage.judge(
        "F-RST-11",
        wrong_start_counts(stage.history, 2),
        mute_handouts([answer]),
        closed_connections(stage.history, [pid]),
    )
