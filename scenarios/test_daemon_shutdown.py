"""How a daemon ends, and who ends with it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from conformance.check.daemons import (
    lost_processes,
    surviving_processes,
    wrong_answers,
)
from conformance.check.plain import unequal_values
from conformance.contract.wire import encode_text
from conformance.drive import sandbox
from conformance.drive.connection import SECRET
from conformance.observe import processes
from conformance.stage.hiring import connect, has_done, hire, parent_of

if TYPE_CHECKING:
    from conformance.drive.caller import DaemonProcess
    from conformance.stage.stage import Stage


@pytest.mark.clauses("D-17")
@pytest.mark.parametrize("last_words", [b"", b"\0\0"], ids=["between requests", "amid a request"])
def test_a_hang_up_ends_the_daemon_and_its_workers(stage: Stage, last_words: bytes) -> None:
    """Two workers wait for a secret, one of them has half; one waits for a task, one is busy."""
    daemon = stage.daemon()
    workers = four_workers(stage, daemon)
    daemon.write_stdin(last_words)
    daemon.hang_up()
    judge_end(stage, "D-17", daemon, workers)


@pytest.mark.clauses("D-18")
def test_sigterm_ends_the_daemon_and_its_workers(stage: Stage) -> None:
    """Two workers wait for a secret, one of them has half; one waits for a task, one is busy."""
    daemon = stage.daemon()
    workers = four_workers(stage, daemon)
    daemon.signal(signal.SIGTERM)
    judge_end(stage, "D-18", daemon, workers)


@pytest.mark.clauses("D-42")
def test_sigint_ends_the_daemon_and_its_workers(stage: Stage) -> None:
    """Sent to the daemon alone, which has four workers."""
    daemon = stage.daemon()
    workers = four_workers(stage, daemon)
    daemon.signal(signal.SIGINT)
    judge_end(stage, "D-42", daemon, workers)


@pytest.mark.clauses("D-19")
def test_sighup_does_not_end_the_daemon(stage: Stage) -> None:
    """It is sent to the daemon alone, which works on."""
    daemon = stage.daemon()
    worker = hire(stage, daemon)
    daemon.signal(signal.SIGHUP)
    stage.judge(
        "D-19",
        wrong_answers(worker.task("pid"), str(worker.pid)),
        unequal_values("parent:", parent_of(hire(stage, daemon)), daemon.pid),
        lost_processes("the daemon", {daemon.pid: processes.is_alive(daemon.pid)}),
    )


@pytest.mark.clauses("D-34")
def test_workers_of_a_killed_daemon_end_with_their_connections(stage: Stage) -> None:
    """If they outlive it at all."""
    daemon = stage.daemon()
    idle, stranger = hire(stage, daemon), connect(stage, daemon)
    stranger.read_pid()
    daemon.signal(signal.SIGKILL)
    daemon.wait_for_exit()
    pids = (idle.pid, stranger.pid)
    idle.close()
    stranger.close()
    sandbox.wait_for_end(pids)
    lives = {pid: processes.is_alive(pid) for pid in pids}
    stage.judge("D-34", surviving_processes("an orphan whose peer has gone", lives))


def four_workers(stage: Stage, daemon: DaemonProcess) -> tuple[int, ...]:
    """Take on workers: two that wait for a secret or half of one, an idle one, a busy one."""
    waiting, half = connect(stage, daemon), connect(stage, daemon)
    waiting.read_pid()
    half.read_pid()
    half.send(encode_text(SECRET)[:20])
    idle, busy = hire(stage, daemon), hire(stage, daemon)
    has_done(busy, "linger")
    return waiting.pid, half.pid, idle.pid, busy.pid


def judge_end(stage: Stage, clause: str, daemon: DaemonProcess, workers: tuple[int, ...]) -> None:
    """See the daemon and its workers end."""
    status = daemon.wait_for_exit()
    sandbox.wait_for_end(workers)
    lives = {pid: processes.is_alive(pid) for pid in workers}
    stage.judge(
        clause,
        surviving_processes("the daemon", {daemon.pid: status is None}),
        surviving_processes("each worker", lives),
    )
