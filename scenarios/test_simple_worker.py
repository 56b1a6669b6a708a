"""Workers without a daemon: one process each, which connects back to the factory."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from conformance.check.daemons import (
    foreign_addresses,
    open_connections,
    surviving_processes,
    wrong_ports,
    wrong_transcripts,
)
from conformance.check.outcomes import failures_to_raise, failures_to_return
from conformance.check.plain import broken_promises, unequal_values
from conformance.check.simple_workers import (
    leaked_listeners,
    missing_endpoints,
    ports_of,
    wrong_simple_commands,
    wrong_simple_counts,
    wrong_verdicts,
)
from conformance.contract.limits import MUST_HAPPEN_S
from conformance.contract.wire import encode_text
from conformance.drive import sandbox
from conformance.drive.clock import wait_until
from conformance.drive.connection import Connection
from conformance.errors import Unobservable
from conformance.observe import processes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.evidence.findings import Finding
    from conformance.stage.stage import Stage

WORKER = "fake_daemons.simple_well_behaved"
#: What every failure of createSimpleWorker is wrapped in.
WRAPPED = "Python worker failed to connect back."
#: Stays when its peer closes, so that nothing but a signal ends it.
CLINGS = "serve=ignore_close"


@pytest.mark.clauses("F-SIMP-01")
def test_a_simple_worker_is_told_where_to_connect(stage: Stage) -> None:
    """It stands at a gate while the factory waits, on the loopback address."""
    factory = stage.simple_factory(f"connect={stage.make_gate('door')}")
    created = factory.begin_create()
    stage.wait_for("gate", "simple")
    port = (ports_of(stage.history) or [-1])[0]
    listening = processes.listening_sockets(stage.run.about.pid)
    mine = [pair for pair in listening if int(pair.partition(":")[2], 16) == port]
    stage.open_gate("door")
    command = [stage.run.python_exec, "-m", WORKER]
    stage.judge(
        "F-SIMP-01",
        failures_to_return(created.finish().outcome),
        wrong_simple_commands(stage.history, command),
        missing_endpoints(stage.history),
        wrong_ports(listening, port),
        foreign_addresses(mine),
    )


@pytest.mark.clauses("F-SIMP-05", "F-SIMP-03", "F-SIMP-06")
def test_a_simple_worker_that_proves_itself_is_handed_out(stage: Stage) -> None:
    """It knows the secret and tells its pid."""
    factory = stage.simple_factory()
    worker = factory.create()
    started = stage.history.of("start", "simple")[0]
    at_the_other_end, _ = worker.echo()
    stage.judge("F-SIMP-03", wrong_verdicts(stage.history, "ok"))
    stage.judge("F-SIMP-06", still_listening(stage))
    stage.judge(
        "F-SIMP-05",
        unequal_values("who is at the other end:", at_the_other_end, started.pid),
        unequal_values("pid:", worker.pid, started.pid) if stage.profile.create_returns_pid else (),
    )


@pytest.mark.clauses("F-SIMP-03", "F-SIMP-06")
@pytest.mark.parametrize("offer", ["another secret", ""], ids=["wrong", "empty"])
def test_a_simple_worker_without_the_secret_is_refused(stage: Stage, offer: str) -> None:
    """The suite connects in its place: a factory may kill it before it tells what it got."""
    factory = stage.simple_factory("connect=never")
    created = factory.begin_create()
    stage.wait_for("fault", "simple", point="connect")
    stage.judge("F-SIMP-03", missing_endpoints(stage.history))
    port = (ports_of(stage.history) or [0])[0]
    told = stage.history.of("env", "simple", name="SPARK_PREFER_IPV6")
    host = "::1" if any(seen.keys["value"] == "True" for seen in told) else "127.0.0.1"
    with closing(Connection(port, host)) as stranger:
        stranger.send(encode_text(offer))
        reply, end = stranger.receive_text(), stranger.how_it_ends()
    created.finish()
    stage.judge(
        "F-SIMP-03",
        failures_to_raise(created.outcome, ("authentication", "other"), WRAPPED),
        wrong_transcripts(reply, b"err"),
        open_connections(end),
    )
    stage.judge("F-SIMP-06", still_listening(stage))


@pytest.mark.clauses("F-SIMP-05", "F-SIMP-06")
def test_a_negative_pid_is_a_failure(stage: Stage) -> None:
    """It is the launch that failed."""
    created = stage.simple_factory("pid=pid:-7").try_create()
    stage.judge(
        "F-SIMP-05",
        failures_to_raise(created.outcome, ("illegal_state", "other"), WRAPPED),
    )
    stage.judge("F-SIMP-06", still_listening(stage))


@pytest.mark.clauses("F-SIMP-07")
def test_a_released_simple_worker_is_closed_and_never_seen_again(stage: Stage) -> None:
    """The next create starts another process."""
    factory = stage.simple_factory()
    first = factory.create()
    released = factory.release(first)
    closed = stage.wait_for("closed", "simple")
    second = factory.create()
    stage.judge(
        "F-SIMP-07",
        failures_to_return(released.outcome),
        broken_promises(
            "kept_workers",
            holds=closed is not None,
            expected="the connection is closed",
            actual="it is open",
        ),
        wrong_simple_counts(stage.history, 2),
        broken_promises(
            "double_handouts",
            holds=second.name != first.name,
            expected="another worker",
            actual="the one that was released",
        ),
    )


@pytest.mark.clauses("F-SIMP-08")
def test_stop_worker_terminates_the_process(stage: Stage) -> None:
    """One that would stay when its peer closes; its colleague goes on."""
    factory = stage.simple_factory(CLINGS)
    worker, colleague = factory.create(), factory.create()
    pid = stage.history.of("start", "simple")[0].pid
    stopped = factory.stop_worker(worker)
    other = stage.history.of("start", "simple")[1].pid
    stage.judge(
        "F-SIMP-08",
        failures_to_return(stopped.outcome),
        survivors(pid),
        unequal_values("the colleague:", colleague.echo()[0], other),
    )


@pytest.mark.clauses("F-SIMP-08")
def test_stop_worker_closes_the_connection(stage: Stage) -> None:
    """Of a process that ignores SIGTERM; if it is killed, its peer alone can tell."""
    factory = stage.simple_factory("sigterm=ignore")
    worker = factory.create()
    pid = stage.history.of("start", "simple")[0].pid
    stopped = factory.stop_worker(worker)
    was_told = wait_until(
        lambda: bool(stage.history.of("signal", "simple")) or not processes.is_alive(pid),
        MUST_HAPPEN_S,
    )
    closed = stage.wait_for("closed", "simple") if processes.is_alive(pid) else worker.is_closed()
    stage.judge(
        "F-SIMP-08",
        failures_to_return(stopped.outcome),
        broken_promises(
            "leaked_connections",
            holds=was_told and bool(closed),
            expected="the process told to end, and the connection closed",
            actual=f"told: {was_told}, closed: {bool(closed)}",
        ),
    )


@pytest.mark.clauses("F-SIMP-09")
def test_stop_terminates_all_simple_workers(stage: Stage) -> None:
    """They would stay when their peer closes."""
    factory = stage.simple_factory(CLINGS)
    workers = [factory.create() for _ in range(2)]
    stopped = factory.stop()
    pids = [seen.pid for seen in stage.history.of("start", "simple")]
    stage.judge("F-SIMP-09", failures_to_return(stopped.outcome), survivors(*pids))
    assert len(workers) == len(pids)  # they are held until here: the registry may be weak


@pytest.mark.clauses("F-SIMP-11")
@pytest.mark.parametrize("faults", ["", "pid=pid:-7"], ids=["served", "failed"])
def test_the_socket_file_is_removed(stage: Stage, faults: str) -> None:
    """After a create that returns, and after one that fails."""
    factory = stage.simple_factory(faults, options={"unix_domain_socket": True})
    if not factory.honoured.get("unix_domain_socket"):
        raise Unobservable("the implementation has no option unix_domain_socket")
    factory.try_create()
    told = stage.history.of("connect", "simple")
    path = told[0].keys.get("path", "") if told else ""
    stage.judge(
        "F-SIMP-11",
        broken_promises(
            "leaked_files",
            holds=bool(path) and not os.path.exists(path),
            expected="a socket file, and it is removed",
            actual=path or "no simple worker was told of a socket file",
        ),
    )


def survivors(*pids: int) -> Iterator[Finding]:
    """Wait for the end of simple workers, and see those that live on."""
    sandbox.wait_for_end(pids, MUST_HAPPEN_S)
    lives = {pid: processes.is_alive(pid) for pid in pids}
    return surviving_processes("each simple worker", lives)


def still_listening(stage: Stage) -> Iterator[Finding]:
    """See whether the factory still waits for simple workers that it has."""
    listening = processes.listening_sockets(stage.run.about.pid)
    return leaked_listeners(listening, ports_of(stage.history))
