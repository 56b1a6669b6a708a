"""The factory under test with its own daemon module: no fake in between.

The workers are the suite's probe, which tells who it is and does as it is told.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from conformance.check.daemons import surviving_processes, wrong_answers
from conformance.check.handshakes import wrong_registrations
from conformance.check.outcomes import failures_to_return
from conformance.check.plain import broken_promises, unequal_values
from conformance.contract.limits import MUST_HAPPEN_S
from conformance.contract.wire import INT_BYTES, decode_int, encode_text
from conformance.drive import sandbox
from conformance.drive.caller import PROBE_WORKER, probe_path
from conformance.drive.clock import wait_until
from conformance.errors import Unobservable
from conformance.evidence.findings import Finding
from conformance.observe import processes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.stage.factory import Factory, Worker
    from conformance.stage.stage import Stage


@pytest.mark.clauses("F-CONN-12", "F-CONN-07", "F-CONN-01", "D-05", "D-06")
def test_a_worker_is_who_the_factory_says_it_is(stage: Stage) -> None:
    """Three workers; each tells its pid, and the pid of one daemon."""
    factory = own_factory(stage)
    workers = [factory.create() for _ in range(3)]
    pids = [ask_pid(stage, worker, "pid") for worker in workers]
    daemons = {ask(worker, "parent") for worker in workers}
    stage.judge("F-CONN-07", wrong_answers(ask(workers[0], "echo served"), "served"))
    stage.judge(
        "F-CONN-01",
        unequal_values("different workers:", len(set(pids)), 3),
        unequal_values("different daemons:", len(daemons), 1),
    )
    if stage.profile.create_returns_pid:
        told = [worker.pid for worker in workers]
        stage.judge("F-CONN-12", unequal_values("pids from create():", told, pids))
    stage.judge("F-CONN-12", wrong_registrations(factory.inspect().workers, tuple(pids)))
    seen = [processes.look(pid) for pid in pids]
    judge_daemon(stage, "D-05", unequal_values("different workers:", len(set(pids)), 3))
    of_whom = {f"{pid}" for one in seen if one for pid in (one.parent_pid, one.group_pid)}
    judge_daemon(stage, "D-06", unequal_values("parents and groups:", of_whom, daemons))


@pytest.mark.clauses("F-POOL-01", "D-29")
def test_a_released_worker_serves_its_next_owner(stage: Stage) -> None:
    """The same process, on the same connection, without another handshake, task after task."""
    factory = own_factory(stage)
    worker = factory.create()
    first = ask(worker, "pid")
    factory.release(worker)
    again = factory.create()
    stage.judge(
        "F-POOL-01",
        unequal_values("the worker:", again.name, worker.name),
        wrong_answers(ask(again, "pid"), f"{first}"),
    )
    for number in range(3):
        judge_daemon(stage, "D-29", wrong_answers(ask(again, f"echo {number}"), f"{number}"))


@pytest.mark.clauses("F-STOP-01", "D-12", "D-21")
def test_a_stopped_worker_is_killed(stage: Stage) -> None:
    """It ignores every signal that can be ignored; its colleague goes on."""
    factory = own_factory(stage)
    worker, colleague = factory.create(), factory.create()
    pid, other = ask_pid(stage, worker, "pid"), ask(colleague, "pid")
    ask(worker, "deaf")
    ask(worker, "linger")
    stopped = factory.stop_worker(worker)
    stage.judge(
        "F-STOP-01",
        failures_to_return(stopped.outcome),
        survivors("a worker that was stopped", pid),
        wrong_answers(ask(colleague, "pid"), f"{other}"),
    )
    judge_daemon(stage, "D-12", survivors("a worker that was stopped", pid))
    wait_until(lambda: processes.look(pid) is None, MUST_HAPPEN_S)
    judge_daemon(stage, "D-21", unequal_values("what is left of it:", processes.look(pid), None))


@pytest.mark.clauses("F-STOP-07", "F-STOP-09", "D-18")
def test_a_stopped_factory_leaves_nothing_and_can_begin_anew(stage: Stage) -> None:
    """The daemon ends, and takes an active worker and an idle one along."""
    factory = own_factory(stage)
    active, idle = factory.create(), factory.create()
    pids = [ask_pid(stage, worker, "pid") for worker in (active, idle)]
    daemon = ask_pid(stage, active, "parent")
    factory.release(idle)
    stopped = factory.stop()
    stage.judge(
        "F-STOP-07",
        failures_to_return(stopped.outcome),
        survivors("the daemon and its workers", daemon, *pids),
    )
    judge_daemon(stage, "D-18", survivors("the daemon and its workers", daemon, *pids))
    newcomer = factory.create()
    stage.judge("F-STOP-09", stale_daemons(ask(newcomer, "parent"), daemon))


@pytest.mark.clauses("F-RST-06")
def test_a_daemon_that_was_killed_is_replaced(stage: Stage) -> None:
    """Nobody waits in the pool; the next worker has another daemon."""
    factory = own_factory(stage)
    first = factory.create()
    daemon = ask_pid(stage, first, "parent")
    stage.signal(daemon, signal.SIGKILL)
    sandbox.wait_for_end([daemon])
    created = factory.try_create()
    stage.judge("F-RST-06", failures_to_return(created.outcome))
    parent = ask(factory.worker_of(created), "parent")
    stage.judge("F-RST-06", stale_daemons(parent, daemon))


def judge_daemon(stage: Stage, clause: str, *wrongs: Iterable[Finding]) -> None:
    """Judge the daemon's part, unless the factory has not done its own before."""
    if not stage.record.all_findings():
        stage.judge(clause, *wrongs)


def own_factory(stage: Stage) -> Factory:
    """Make a factory that starts the implementation's own daemon module."""
    if stage.run.implementation is None:
        raise Unobservable("a daemon module alone is under test")
    own = stage.own_daemon()
    environment = {"PYTHONPATH": probe_path(own), "SPARK_REUSE_WORKER": "1"}
    if own.worker_hook == "argv" and not stage.profile.worker_module_argument:
        environment["WFC_PROBE_ARGUMENT"] = PROBE_WORKER
    return stage.factory(
        daemon=own.module,
        worker=PROBE_WORKER,
        python_exec=own.python_exec or None,
        env=environment,
    )


def ask(worker: Worker, order: str) -> str | None:
    """Let the probe do something, through the door; None if no answer came.

    A worker that takes no orders of ours may echo: its pid, then what it was sent.
    """
    frame = encode_text(order)
    head = worker.exchange(frame, INT_BYTES).data
    if len(head) < INT_BYTES:
        return None
    size = decode_int(head)
    begin = worker.exchange(b"", min(size, INT_BYTES)).data if size else b""
    if begin == frame[:INT_BYTES]:
        return _echoed(size, worker.exchange(b"", len(order)).data.decode())
    rest = worker.exchange(b"", size - len(begin)).data if size > len(begin) else b""
    return (begin + rest).decode()


def _echoed(pid: int, said: str) -> str:
    """What the probe would have answered, as far as an echo and the kernel tell."""
    seen = processes.look(pid)
    told = {"pid": f"{pid}", "parent": f"{seen.parent_pid if seen else None}"}
    return told.get(said, said.removeprefix("echo "))


def ask_pid(stage: Stage, worker: Worker, order: str) -> int:
    """Let the probe tell a pid; if it cannot, the scenario cannot go on."""
    told = ask(worker, order)
    if told is None or not told.isdecimal():
        raise stage.record.blame_main(Finding("wrong_answers", "a pid", repr(told)))
    return int(told)


def stale_daemons(parent: str | None, old: int) -> Iterator[Finding]:
    """See a worker that is not the child of a new daemon."""
    return broken_promises(
        "stale_daemons",
        holds=parent not in (None, str(old)),
        expected="a worker of another daemon",
        actual=f"its daemon is {parent}, the old one was {old}",
    )


def survivors(who: str, *pids: int) -> Iterator[Finding]:
    """Wait for the end of processes, and see those that live on."""
    sandbox.wait_for_end(pids)
    return surviving_processes(who, {pid: processes.is_alive(pid) for pid in pids})
