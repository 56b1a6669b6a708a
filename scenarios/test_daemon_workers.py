"""What a daemon's workers are: one a connection, its children, ordinary processes."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from conformance.check.daemons import (
    foreign_addresses,
    lost_processes,
    open_connections,
    surviving_processes,
    wrong_answers,
)
from conformance.check.plain import broken_promises, unequal_values
from conformance.contract.limits import MUST_HAPPEN_S
from conformance.drive import sandbox
from conformance.drive.clock import wait_until
from conformance.observe import processes
from conformance.stage.hiring import connect, has_done, hire

if TYPE_CHECKING:
    from conformance.stage.stage import Stage

ORDINARY = (signal.SIGHUP, signal.SIGTERM, signal.SIGCHLD)


@pytest.mark.clauses("D-05", "D-06")
def test_each_connection_gets_a_worker_of_its_own(stage: Stage) -> None:
    """Three connections; each worker tells who it is."""
    daemon = stage.daemon()
    workers = [hire(stage, daemon) for _ in range(3)]
    pids = sorted(worker.pid for worker in workers)
    children = sorted(seen.pid for seen in processes.children(daemon.pid))
    stage.judge(
        "D-05",
        unequal_values("children of the daemon:", children, pids),
        unequal_values("different workers:", len(set(pids)), 3),
    )
    for worker in workers:
        seen = processes.look(worker.pid)
        of_whom = (seen.parent_pid, seen.group_pid) if seen else ()
        stage.judge(
            "D-06",
            unequal_values("parent and group:", of_whom, (daemon.pid,) * 2),
            wrong_answers(worker.task("pid"), str(worker.pid)),
        )


@pytest.mark.clauses("D-22")
def test_signals_mean_to_a_worker_what_they_usually_do(stage: Stage) -> None:
    """Asked of the worker, and of the kernel."""
    daemon = stage.daemon()
    worker = hire(stage, daemon)
    terminated = hire(stage, daemon)
    masks = processes.signal_masks(terminated.pid)
    stopped = sum(1 << number - 1 for number in (*ORDINARY, signal.SIGINT))
    stage.judge(
        "D-22",
        unequal_values("ignored:", masks["SigIgn"] & stopped, 0),
        unequal_values("blocked:", masks["SigBlk"] & stopped, 0),
    )
    stage.signal(terminated.pid, signal.SIGTERM)
    stage.judge("D-22", open_connections(terminated.how_it_ends()))
    stage.judge("D-22", wrong_answers(worker.task("signals"), "dfl dfl dfl int"))


@pytest.mark.clauses("D-23", "D-24")
def test_a_worker_holds_nothing_of_the_daemons(stage: Stage) -> None:
    """Neither the channel for kill requests nor the listening socket."""
    daemon = stage.daemon()
    worker = hire(stage, daemon)
    stdin = processes.descriptors(worker.pid).get(0)
    stage.judge("D-23", unequal_values("standard input:", stdin, "/dev/null"))
    listening = processes.listening_sockets(worker.pid)
    stage.judge(
        "D-24",
        unequal_values("sockets that the worker listens on:", listening, ()),
        foreign_addresses(processes.listening_sockets(daemon.pid)),
    )


@pytest.mark.clauses("D-25")
def test_a_connection_ends_with_its_worker(stage: Stage) -> None:
    """One of two workers is killed; neither daemon nor colleague holds its connection."""
    daemon = stage.daemon()
    worker, colleague = hire(stage, daemon), hire(stage, daemon)
    stage.kill(worker.pid)
    stage.judge(
        "D-25",
        open_connections(worker.how_it_ends()),
        wrong_answers(colleague.task("pid"), str(colleague.pid)),
    )


@pytest.mark.clauses("D-33", "D-21")
def test_a_worker_ends_when_its_idle_connection_is_closed(stage: Stage) -> None:
    """Closed before any task, and after one; what has ended leaves no zombie."""
    daemon = stage.daemon({"SPARK_REUSE_WORKER": "1"})
    fresh, used, busy = (hire(stage, daemon) for _ in range(3))
    used.task("echo once")
    fresh.close()
    used.close()
    ended = (fresh.pid, used.pid)
    sandbox.wait_for_end(ended)
    lives = {pid: processes.is_alive(pid) for pid in ended}
    stage.judge("D-33", surviving_processes("a worker whose peer has gone", lives))
    wait_until(lambda: not _zombies(daemon.pid), MUST_HAPPEN_S)
    stage.judge("D-21", unequal_values("zombies:", _zombies(daemon.pid), []))
    stage.judge("D-33", wrong_answers(busy.task("pid"), str(busy.pid)))


@pytest.mark.clauses("D-21")
def test_no_zombies_are_left_of_workers_that_died(stage: Stage) -> None:
    """Killed on request, killed by others, ended by an error, refused."""
    daemon = stage.daemon()
    requested, killed, broken = (hire(stage, daemon) for _ in range(3))
    refused = connect(stage, daemon)
    refused.read_pid()
    refused.authenticate("not the secret")
    if not has_done(broken, "raise"):
        broken.close()
    stage.kill(killed.pid)
    daemon.request_kill(requested.pid)
    gone = (requested.pid, killed.pid, broken.pid, refused.pid)
    has_ended = sandbox.wait_for_end(gone)
    wait_until(lambda: not processes.children(daemon.pid), MUST_HAPPEN_S)
    stage.judge(
        "D-21",
        unequal_values("zombies:", _zombies(daemon.pid), []),
        broken_promises(
            "surviving_processes", holds=has_ended, expected="all have ended", actual=f"{gone}"
        ),
        lost_processes("the daemon", {daemon.pid: processes.is_alive(daemon.pid)}),
    )


@pytest.mark.clauses("D-21")
def test_workers_that_die_at_once_leave_no_zombies(stage: Stage) -> None:
    """The kernel tells of them all by one SIGCHLD: the daemon is stopped meanwhile."""
    daemon = stage.daemon()
    pids = sorted(hire(stage, daemon).pid for _ in range(5))
    daemon.signal(signal.SIGSTOP)
    for pid in pids:
        stage.kill(pid)
    wait_until(lambda: sorted(_zombies(daemon.pid)) == pids, MUST_HAPPEN_S)
    daemon.signal(signal.SIGCONT)
    wait_until(lambda: not processes.children(daemon.pid), MUST_HAPPEN_S)
    stage.judge("D-21", unequal_values("zombies:", _zombies(daemon.pid), []))


@pytest.mark.clauses("D-41")
def test_what_a_worker_prints_comes_out_of_the_daemon(stage: Stage) -> None:
    """On both streams, after the announcement."""
    daemon = stage.daemon()
    hire(stage, daemon).task("say a line")
    line = b"a line\n"
    stage.judge(
        "D-41",
        unequal_values("stdout:", daemon.read_stdout(len(line)), line),
        broken_promises(
            "swallowed_lines",
            holds=wait_until(lambda: line.decode() in daemon.read_stderr(), MUST_HAPPEN_S),
            expected="the line on stderr",
            actual=daemon.read_stderr() or "nothing",
        ),
    )


def _zombies(daemon_pid: int) -> list[int]:
    return [seen.pid for seen in processes.children(daemon_pid) if seen.state == "Z"]
