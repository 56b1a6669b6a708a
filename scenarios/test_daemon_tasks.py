"""How a worker goes from task to task, and what ends it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from conformance.check.daemons import (
    early_closes,
    open_connections,
    surviving_processes,
    wrong_answers,
    wrong_transcripts,
)
from conformance.check.plain import unequal_values
from conformance.contract.limits import MUST_HAPPEN_S, MUST_NOT_HAPPEN_S
from conformance.contract.wire import encode_text
from conformance.drive import sandbox
from conformance.drive.clock import Deadline, wait_until
from conformance.errors import Unobservable
from conformance.observe import processes
from conformance.stage.hiring import hire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.drive.caller import DaemonProcess
    from conformance.drive.connection import Connection
    from conformance.stage.stage import Stage

REUSE = {"SPARK_REUSE_WORKER": "1"}


@pytest.mark.clauses("D-29")
@pytest.mark.parametrize("reuse", ["1", "0"])
def test_a_worker_is_reused_without_another_secret(stage: Stage, reuse: str) -> None:
    """Any value of SPARK_REUSE_WORKER will do, and an exit with status 0 is no end."""
    worker = hire(stage, stage.daemon({"SPARK_REUSE_WORKER": reuse}))
    for order, answer in (("pid", str(worker.pid)), ("echo a", "a"), ("exit 0", "0")):
        stage.judge("D-29", wrong_answers(worker.task(order), answer))
    stage.judge("D-29", wrong_answers(worker.task("pid"), str(worker.pid)))


@pytest.mark.clauses("D-30")
def test_without_reuse_a_worker_serves_one_task(stage: Stage) -> None:
    """SPARK_REUSE_WORKER is not set, and empty; the worker neither leaves nor goes on."""
    daemons = [stage.daemon({"SPARK_REUSE_WORKER": reuse}) for reuse in (None, "")]
    hire(stage, daemons[0]).task("module")  # whoever takes no orders has no tasks to end
    judge_wait(stage, "D-30", [(daemon, "echo once") for daemon in daemons])


@pytest.mark.clauses("D-31")
def test_after_a_bad_exit_a_worker_serves_no_task(stage: Stage) -> None:
    """It exits with a number, with a text; it could be reused otherwise."""
    daemon = stage.daemon(REUSE)
    judge_wait(stage, "D-31", [(daemon, "exit 3"), (daemon, "exit for no reason")])


@pytest.mark.clauses("D-32", "D-25")
def test_an_uncaught_exception_ends_a_worker_with_status_1(stage: Stage) -> None:
    """One raises what nobody catches, one is interrupted; the daemon collects neither."""
    daemon = stage.daemon(REUSE)
    raising, interrupted = hire(stage, daemon), hire(stage, daemon)
    raising.task("echo well so far")
    interrupted.task("linger")
    ask = put_out_of_play(daemon)
    if raising.task("raise aloud") is None:
        raise Unobservable("the worker died with its daemon; nobody else learns its status")
    stage.signal(interrupted.pid, signal.SIGINT)
    statuses = [ask(worker.pid) for worker in (raising, interrupted)]
    told = "status after an exception, and after SIGINT:"
    stage.judge("D-32", unequal_values(told, statuses, [1, 1]))
    if not stage.record.all_findings():  # whoever lives on keeps its connection
        stage.judge("D-25", open_connections(raising.how_it_ends(), interrupted.how_it_ends()))


def put_out_of_play(daemon: DaemonProcess) -> Callable[[int], int | None]:
    """Keep a daemon from learning how its workers end, and learn it instead.

    One that ignores SIGCHLD, as Spark's, leaves no zombies: it is killed, and the suite
    inherits its workers. Any other is stopped, and its workers stay zombies meanwhile.

    Args:
        daemon: with workers.

    Returns:
        Waits for the exit status of a worker; it stays None if nobody can tell.
    """
    ignored = processes.signal_masks(daemon.pid).get("SigIgn", 0)
    if ignored & 1 << signal.SIGCHLD - 1:
        daemon.signal(signal.SIGKILL)
        daemon.wait_for_exit()
        return sandbox.collect_orphan
    daemon.signal(signal.SIGSTOP)
    return lambda pid: wait_until(lambda: processes.zombie_status(pid), MUST_HAPPEN_S)


@pytest.mark.clauses("D-40")
def test_a_worker_that_cannot_flush_its_output_ends(stage: Stage) -> None:
    """The task leaves bytes that cannot be written; the next one is never served."""
    switch = {"PYTHON_DAEMON_KILL_WORKER_ON_FLUSH_FAILURE": "1"}
    worker = hire(stage, stage.daemon(REUSE | switch))
    answer = worker.task("clog well")
    worker.send(encode_text("echo still here"))
    said = worker.receive_rest()
    sandbox.wait_for_end([worker.pid])
    lives = {worker.pid: processes.is_alive(worker.pid)}
    stage.judge(
        "D-40",
        wrong_answers(answer, "well"),
        wrong_transcripts(said, b""),
        surviving_processes("a worker that cannot flush", lives),
    )


def judge_wait(stage: Stage, clause: str, last_tasks: Iterable[tuple[DaemonProcess, str]]) -> None:
    """See workers that wait for us to close after their last task, and serve no other."""
    workers: list[Connection] = []
    for daemon, order in last_tasks:
        workers.append(hire(stage, daemon))
        answer = order.partition(" ")[2]
        stage.judge(clause, wrong_answers(workers[-1].task(order), answer))
        workers[-1].send(encode_text("echo another"))
    deadline = Deadline(MUST_NOT_HAPPEN_S)
    stage.judge(clause, early_closes(*[one.how_it_ends(deadline.left_s) for one in workers]))
    for worker in workers:
        worker.finish_sending()
        stage.judge(clause, open_connections(worker.how_it_ends()))
        sandbox.wait_for_end([worker.pid])
        lives = {worker.pid: processes.is_alive(worker.pid)}
        stage.judge(clause, surviving_processes("a worker whose peer has gone", lives))
