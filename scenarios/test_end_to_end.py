"""The factory under test with its own daemon module: no fake in between.

The workers are the suite's probe, which tells who it is and does as it is told.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from conformance.check.daemons import wrong_answers
from conformance.check.handshakes import wrong_registrations
from conformance.check.outcomes import failures_to_return
from conformance.check.plain import broken_promises, unequal_values
from conformance.check.pools import dead_handouts, mute_handouts, wrong_handouts
from conformance.contract.limits import MUST_HAPPEN_S
from conformance.drive import sandbox
from conformance.drive.clock import wait_until
from conformance.errors import Unobservable
from conformance.evidence.outcomes import Returned
from conformance.observe import processes
from conformance.stage.pair import (
    ask,
    ask_pid,
    daemon_of,
    judge_daemon,
    own_factory,
    stale_daemons,
    strange_parents,
    survivors,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.evidence.findings import Finding
    from conformance.stage.factory import Factory, Worker
    from conformance.stage.stage import Stage

pytestmark = pytest.mark.pair

CAP = "idle_worker_max_pool_size"
#: How many callers ask at once.
CALLERS = 4


@pytest.mark.clauses("F-CONN-12", "F-CONN-07", "F-CONN-01", "D-05", "D-06")
def test_a_worker_is_who_the_factory_says_it_is(stage: Stage) -> None:
    """Three workers; each tells its pid, and the pid of one daemon."""
    factory = own_factory(stage)
    workers = [factory.create() for _ in range(3)]
    pids = [ask_pid(stage, worker) for worker in workers]
    daemons = {daemon_of(pid) for pid in pids}
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
    of_whom = {pid for one in seen if one for pid in (one.parent_pid, one.group_pid)}
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


@pytest.mark.clauses("F-POOL-02")
def test_released_workers_return_in_their_order(stage: Stage) -> None:
    """Three are released in another order than they were made in."""
    factory = own_factory(stage)
    workers = [factory.create() for _ in range(3)]
    order = [workers[number] for number in (1, 2, 0)]
    for worker in order:
        factory.release(worker)
    again = [factory.create().name for _ in range(3)]
    stage.judge("F-POOL-02", wrong_handouts(again, [worker.name for worker in order]))


@pytest.mark.clauses("F-POOL-05")
def test_a_worker_that_was_killed_while_idle_is_replaced(stage: Stage) -> None:
    """It was the only idle one; its daemon lives and forks another."""
    factory = own_factory(stage)
    dead = factory.create()
    pid = ask_pid(stage, dead)
    daemon = daemon_of(pid)
    factory.release(dead)
    stage.kill(pid)
    again = factory.create()
    stage.judge(
        "F-POOL-05",
        dead_handouts([again.name], [dead.name]),
        strange_parents([ask(again, "pid")], daemon),
    )


@pytest.mark.clauses("F-POOL-09", "D-12")
def test_a_full_pool_has_its_oldest_worker_killed(stage: Stage) -> None:
    """The pool holds one; two are released."""
    factory = own_factory(stage, options={CAP: 1})
    if not factory.honoured.get(CAP):
        raise Unobservable("the implementation has no limit on idle workers")
    oldest, newest = factory.create(), factory.create()
    pid = ask_pid(stage, oldest)
    for worker in (oldest, newest):
        factory.release(worker)
    stage.judge("F-POOL-09", survivors("a worker that was evicted", pid))
    judge_daemon(stage, "D-12", survivors("a worker that was evicted", pid))
    stage.judge("F-POOL-09", wrong_handouts([factory.create().name], [newest.name]))


@pytest.mark.clauses("F-CONC-01", "F-CONC-03")
def test_callers_at_once_share_one_daemon(stage: Stage) -> None:
    """At first, and again when the daemon has been killed."""
    if "concurrent" not in stage.run.about.capabilities:
        raise Unobservable("the adapter takes one call at a time")
    factory = own_factory(stage)
    first = _create_at_once(stage, factory, "F-CONC-01")
    if stage.record.all_findings():
        return
    stage.kill(first)
    second = _create_at_once(stage, factory, "F-CONC-03")
    if second:
        stage.judge("F-CONC-03", stale_daemons(second, first))


def _create_at_once(stage: Stage, factory: Factory, clause: str) -> int:
    """Let several callers ask; judge what they are given; tell whose child the last is; 0: none."""
    calls = [call.finish() for call in [factory.begin_create() for _ in range(CALLERS)]]
    stage.judge(clause, *[failures_to_return(call.outcome) for call in calls])
    workers = [factory.worker_of(call) for call in calls if isinstance(call.outcome, Returned)]
    told = [ask(worker, "pid") for worker in workers]
    pids = {int(pid) for pid in told if pid is not None}
    daemons = [daemon_of(pid) for pid in pids]
    stage.judge(
        clause,
        mute_handouts([None if pid is None else int(pid) for pid in told]),
        unequal_values("different workers:", len(pids), CALLERS),
        unequal_values("different daemons:", len(set(daemons)), 1),
    )
    return daemons[-1] if daemons else 0


@pytest.mark.clauses("F-START-17")
def test_a_talkative_worker_goes_on(stage: Stage) -> None:
    """It writes a megabyte to the daemon's stderr before it answers."""
    factory = own_factory(stage)
    answer = ask(factory.create(), "flood")
    stage.judge("F-START-17", mute_handouts([None if answer is None else 0]))


@pytest.mark.clauses("F-STOP-01", "D-12", "D-21")
def test_a_stopped_worker_is_killed(stage: Stage) -> None:
    """It ignores every signal that can be ignored; its colleague goes on."""
    factory = own_factory(stage)
    worker, colleague = factory.create(), factory.create()
    pid = ask_pid(stage, worker)
    daemon = daemon_of(pid)
    ask(worker, "deaf")
    ask(worker, "linger")
    stopped = factory.stop_worker(worker)
    stage.judge(
        "F-STOP-01",
        failures_to_return(stopped.outcome),
        survivors("a worker that was stopped", pid),
        strange_parents([ask(colleague, "pid")], daemon),
    )
    judge_daemon(stage, "D-12", survivors("a worker that was stopped", pid))
    wait_until(lambda: processes.look(pid) is None, MUST_HAPPEN_S)
    judge_daemon(stage, "D-21", unequal_values("what is left of it:", processes.look(pid), None))


@pytest.mark.clauses("F-STOP-04", "D-13")
def test_a_worker_can_be_stopped_twice(stage: Stage) -> None:
    """The daemon outlives a request to kill who is dead, and forks on."""
    factory = own_factory(stage)
    worker = factory.create()
    pid = ask_pid(stage, worker)
    daemon = daemon_of(pid)
    first = factory.stop_worker(worker)
    stage.judge("F-STOP-04", failures_to_return(first.outcome))
    sandbox.wait_for_end([pid])
    second = factory.stop_worker(worker)
    stage.judge("F-STOP-04", failures_to_return(second.outcome))
    judge_daemon(stage, "D-13", strange_parents([ask(factory.create(), "pid")], daemon))


@pytest.mark.clauses("F-STOP-07", "F-STOP-09", "F-STOP-08", "F-START-22", "D-18")
def test_a_stopped_factory_leaves_nothing_and_can_begin_anew(stage: Stage) -> None:
    """The daemon ends, and takes an active worker and an idle one along."""
    factory = own_factory(stage)
    stage.judge("F-STOP-08", failures_to_return(factory.stop().outcome))
    active, idle = factory.create(), factory.create()
    pids = [ask_pid(stage, worker) for worker in (active, idle)]
    daemon = daemon_of(pids[0])
    secret = _secret_of(daemon)
    factory.release(idle)
    stopped = factory.stop()
    stage.judge(
        "F-STOP-07",
        failures_to_return(stopped.outcome),
        survivors("the daemon and its workers", daemon, *pids),
    )
    judge_daemon(stage, "D-18", survivors("the daemon and its workers", daemon, *pids))
    stage.judge("F-STOP-08", failures_to_return(factory.stop().outcome))
    parent = daemon_of(ask_pid(stage, factory.create()))
    stage.judge("F-STOP-09", stale_daemons(parent, daemon))
    stage.judge("F-START-22", _other_secrets(secret, _secret_of(parent)))


def _secret_of(daemon: int) -> str | None:
    return processes.environment(daemon).get("PYTHON_WORKER_FACTORY_SECRET")


def _other_secrets(before: str | None, after: str | None) -> Iterator[Finding]:
    """See a factory whose later daemon has another secret; neither is shown."""
    return broken_promises(
        "changed_secrets",
        holds=before is not None and before == after,
        expected="the secret of the daemon before",
        actual="none" if after is None else "another",
    )


@pytest.mark.clauses("F-RST-06", "F-RST-11")
def test_a_daemon_that_was_killed_is_replaced(stage: Stage) -> None:
    """Nobody waits in the pool; the next worker has another daemon."""
    factory = own_factory(stage)
    first = factory.create()
    pid = ask_pid(stage, first)
    daemon = daemon_of(pid)
    stage.signal(daemon, signal.SIGKILL)
    sandbox.wait_for_end([daemon])
    created = factory.try_create()
    stage.judge("F-RST-06", failures_to_return(created.outcome))
    parent = daemon_of(ask_pid(stage, factory.worker_of(created)))
    stage.judge("F-RST-06", stale_daemons(parent, daemon))
    if processes.is_alive(pid):  # as it may (D-34): then its owner goes on with it
        stage.judge("F-RST-11", _closed_connections(first))


def _closed_connections(worker: Worker) -> Iterator[Finding]:
    """See a worker whose owner can do nothing with it any more, as its connection has ended."""
    serves = ask(worker, "echo still here") is not None
    return broken_promises(
        "closed_connections",
        holds=serves or not worker.is_closed(),
        expected="the connection of a worker that has an owner stays open",
        actual="it has ended",
    )
