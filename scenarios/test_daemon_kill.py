"""Kill requests: four bytes on the daemon's stdin, no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.daemons import (
    lost_processes,
    open_connections,
    surviving_processes,
    wrong_answers,
)
from conformance.check.plain import broken_promises, unequal_values
from conformance.contract.limits import DAEMON_TICK_S
from conformance.contract.wire import encode_int
from conformance.drive import sandbox
from conformance.errors import Unobservable
from conformance.observe import processes
from conformance.stage.hiring import connect, has_done, hire, parent_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.evidence.findings import Finding
    from conformance.stage.stage import Stage

#: No process has it: Linux hands out pids up to 4194304 (proc(5), pid_max).
NOBODY = 2**31 - 1


@pytest.mark.clauses("D-12")
def test_a_kill_request_kills_the_worker_it_names(stage: Stage) -> None:
    """The worker ignores every signal that can be ignored; its colleague goes on."""
    daemon = stage.daemon()
    worker, colleague = hire(stage, daemon), hire(stage, daemon)
    has_done(worker, "deaf")
    daemon.request_kill(worker.pid)
    stage.judge(
        "D-12",
        survivors("a worker that a kill request names", worker.pid),
        open_connections(worker.how_it_ends()),
        wrong_answers(colleague.task("pid"), str(colleague.pid)),
    )


@pytest.mark.clauses("D-13", "D-12")
def test_requests_for_nobody_do_no_harm(stage: Stage) -> None:
    """A pid that cannot be, and that of a worker killed just before."""
    daemon = stage.daemon()
    first, second = hire(stage, daemon), hire(stage, daemon)
    daemon.request_kill(first.pid)
    stage.judge("D-12", survivors("a worker that a kill request names", first.pid))
    daemon.request_kill(NOBODY)
    daemon.request_kill(first.pid)
    daemon.request_kill(second.pid)
    stage.judge("D-12", survivors("a worker named after nobody", second.pid))
    third = hire(stage, daemon)
    stage.judge(
        "D-13",
        lost_processes("the daemon", {daemon.pid: processes.is_alive(daemon.pid)}),
        wrong_answers(third.task("pid"), str(third.pid)),
    )


@pytest.mark.clauses("D-12", "D-13")
def test_requests_may_come_byte_by_byte_and_twice(stage: Stage) -> None:
    """Two requests in eight pieces; then one three times in one write."""
    daemon = stage.daemon()
    first, second, third = (hire(stage, daemon) for _ in range(3))
    colleague = hire(stage, daemon)
    for byte in encode_int(first.pid) + encode_int(second.pid):
        daemon.write_stdin(bytes([byte]))
    stage.judge("D-12", survivors("workers named byte by byte", first.pid, second.pid))
    daemon.request_kill(third.pid, third.pid, third.pid)
    stage.judge("D-12", survivors("a worker named three times", third.pid))
    stage.judge(
        "D-13",
        wrong_answers(colleague.task("pid"), str(colleague.pid)),
        unequal_values("parent:", parent_of(hire(stage, daemon)), daemon.pid),
    )


@pytest.mark.clauses("D-14")
def test_all_requests_of_one_write_are_carried_out(stage: Stage) -> None:
    """Three workers, then one more among thousands of requests for nobody."""
    daemon = stage.daemon()
    workers = [hire(stage, daemon) for _ in range(3)]
    pids = [worker.pid for worker in workers]
    daemon.request_kill(*pids)
    stage.judge("D-14", survivors("each worker of one write", *pids))
    last = hire(stage, daemon)
    daemon.request_kill(*[NOBODY] * 2000, last.pid, *[NOBODY] * 2000)
    stage.judge("D-14", survivors("a worker among thousands", last.pid))
    hire(stage, daemon)


@pytest.mark.clauses("D-15")
def test_a_stranger_is_not_killed(stage: Stage) -> None:
    """The request names another daemon's worker; one for a worker of its own follows."""
    daemon, other = stage.daemon(), stage.daemon()
    worker, stranger = hire(stage, daemon), hire(stage, other)
    daemon.request_kill(stranger.pid, worker.pid)
    stage.judge(
        "D-15",
        survivors("the worker named after the stranger", worker.pid),
        wrong_answers(stranger.task("pid"), str(stranger.pid)),
    )


@pytest.mark.clauses("D-15")
def test_requests_that_name_no_process_are_ignored(stage: Stage) -> None:
    """0 and a negative number, which the kernel takes for process groups."""
    daemon = stage.daemon()
    worker, colleague = hire(stage, daemon), hire(stage, daemon)
    seen = processes.look(daemon.pid)
    if seen is None or seen.group_pid != daemon.pid:
        raise Unobservable("the daemon leads no group of its own: 0 would kill the suite")
    daemon.request_kill(0, -daemon.pid, worker.pid)
    stage.judge(
        "D-15",
        survivors("the worker named after them", worker.pid),
        wrong_answers(colleague.task("pid"), str(colleague.pid)),
        lost_processes("the daemon", {daemon.pid: processes.is_alive(daemon.pid)}),
    )


@pytest.mark.clauses("D-16", "D-12")
def test_half_a_request_blocks_nobody(stage: Stage) -> None:
    """A connection comes between the two halves."""
    daemon = stage.daemon()
    worker = hire(stage, daemon)
    request = encode_int(worker.pid)
    daemon.write_stdin(request[:2])
    pid = connect(stage, daemon).read_pid(2 * DAEMON_TICK_S)
    daemon.write_stdin(request[2:])
    stage.judge(
        "D-16",
        broken_promises(
            "blocked_accepts",
            holds=pid is not None,
            expected="a worker while a kill request is incomplete",
            actual=f"none within {2 * DAEMON_TICK_S:g} s",
        ),
    )
    stage.judge("D-12", survivors("a worker named in two halves", worker.pid))


def survivors(who: str, *pids: int) -> Iterator[Finding]:
    """Wait for the end of processes, and see those that live on."""
    sandbox.wait_for_end(pids)
    return surviving_processes(who, {pid: processes.is_alive(pid) for pid in pids})
