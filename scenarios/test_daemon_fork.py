"""What a daemon does when the kernel refuses to fork.

EAGAIN is the kernel's own doing, by a limit of processes; errnos that no limit brings about
are the probe's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.daemons import open_connections, wrong_answers
from conformance.check.durations import early_answers, late_answers
from conformance.check.faults import unstruck_faults
from conformance.check.plain import broken_promises, unequal_values
from conformance.contract.limits import FORK_RETRY_S, MUST_HAPPEN_S
from conformance.drive.scarcity import no_more_processes
from conformance.errors import Unobservable
from conformance.stage.hiring import connect, hire, parent_of

if TYPE_CHECKING:
    from conformance.stage.stage import Stage


@pytest.mark.clauses("D-26")
def test_a_fork_refused_for_now_is_tried_again(stage: Stage) -> None:
    """Two daemons, one errno each; each is refused once and then gives a worker."""
    daemons = [
        stage.daemon({"WFC_PROBE_FORK_FAILS": name, "SPARK_REUSE_WORKER": "1"})
        for name in ("EAGAIN", "EINTR")
    ]
    connections = [connect(stage, daemon) for daemon in daemons]
    for daemon, connection in zip(daemons, connections, strict=True):
        pid, reply = connection.read_pid(), connection.authenticate()
        stage.judge(
            "D-26",
            wrong_answers(reply.decode(), "ok"),
            wrong_answers(connection.task("pid"), str(pid)),
            unequal_values("parent:", parent_of(hire(stage, daemon)), daemon.pid),
        )
    stage.judge("D-26", unstruck_faults(stage.history, "fork", len(daemons)))
    for pause_s in pauses_s(stage):
        stage.judge(
            "D-26",
            early_answers(pause_s, FORK_RETRY_S / 2),
            late_answers(pause_s, FORK_RETRY_S + MUST_HAPPEN_S),
        )


@pytest.mark.clauses("D-26")
def test_a_fork_that_a_limit_forbids_is_tried_again(stage: Stage) -> None:
    """The daemon may have no more processes; the limit is lifted before it tries again."""
    daemon = stage.daemon()
    colleague = hire(stage, daemon)
    with no_more_processes(daemon.pid, f"wfc-{stage.token}"):
        refused = connect(stage, daemon)
        early = refused.read_pid(FORK_RETRY_S / 2)
    if early is not None:
        raise Unobservable(f"the limit did not bind, or the daemon does not try: it sent {early}")
    pid = refused.read_pid(FORK_RETRY_S + MUST_HAPPEN_S)
    stage.judge(
        "D-26",
        unequal_values("parent of the worker in the end:", parent_of(refused), daemon.pid),
        wrong_answers(refused.authenticate().decode(), "ok"),
        wrong_answers(refused.task("pid"), f"{pid}"),
        wrong_answers(colleague.task("pid"), f"{colleague.pid}"),
    )


@pytest.mark.clauses("D-27", "D-28")
def test_a_fork_refused_for_good_is_signalled_on_the_connection(stage: Stage) -> None:
    """No memory for the first worker; the second is well."""
    daemon = stage.daemon({"WFC_PROBE_FORK_FAILS": "ENOMEM"})
    colleague = connect(stage, daemon)
    value = colleague.read_pid()
    stage.judge(
        "D-27",
        broken_promises(
            "silent_failures",
            holds=value is not None,
            expected="a number that stands for the failure",
            actual="nothing",
        ),
        open_connections(colleague.how_it_ends()),
        unstruck_faults(stage.history, "fork"),
    )
    stage.judge(
        "D-28",
        broken_promises(
            "positive_signals",
            holds=value is not None and value < 0,
            expected="a negative number",
            actual=f"{value}",
        ),
    )
    worker = hire(stage, daemon)
    stage.judge("D-27", wrong_answers(worker.task("pid"), str(worker.pid)))


def pauses_s(stage: Stage) -> list[float]:
    """Measure the time between each refused fork and the next one of that daemon."""
    refused = {seen.pid: seen.at_ns for seen in stage.history.of("fault", point="fork")}
    again = stage.history.of("fork_retried")
    return [(seen.at_ns - refused[seen.pid]) / 1e9 for seen in again]
