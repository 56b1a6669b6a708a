"""The daemon of the factory under test, started by that factory and not by the suite.

What it owes must hold there too: a factory's process hands down signals, descriptors and an
environment of its own.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from conformance.check.daemons import foreign_addresses, open_connections
from conformance.check.plain import broken_promises, unequal_values
from conformance.contract.limits import MUST_HAPPEN_S
from conformance.drive.clock import wait_until
from conformance.observe import processes
from conformance.stage.pair import (
    ask,
    ask_pid,
    daemon_of,
    judge_daemon,
    kill_implementation,
    own_factory,
    strange_parents,
    survivors,
)

if TYPE_CHECKING:
    from conformance.stage.stage import Stage

pytestmark = pytest.mark.pair

#: What a worker must neither ignore nor block.
ORDINARY = (signal.SIGHUP, signal.SIGTERM, signal.SIGCHLD, signal.SIGINT)


@pytest.mark.clauses("F-START-05", "F-START-04", "D-01", "D-02")
def test_the_daemon_is_what_the_factory_needs(stage: Stage) -> None:
    """Variables as the factory set them; a group and a loopback socket of the daemon's own."""
    forged = {"PYTHONUNBUFFERED": "", "PYTHON_WORKER_FACTORY_SECRET": "forged"}
    daemon = daemon_of(ask_pid(stage, own_factory(stage, forged).create()))
    variables = processes.environment(daemon)
    secret = variables.get("PYTHON_WORKER_FACTORY_SECRET")
    unbuffered = variables.get("PYTHONUNBUFFERED")
    stage.judge("F-START-04", unequal_values("PYTHONUNBUFFERED:", unbuffered, "YES"))
    stage.judge(
        "F-START-05",
        broken_promises(
            "missing_secrets",
            holds=secret not in (None, "", "forged"),
            expected="the factory's secret",
            actual="the caller's" if secret else "none",
        ),
    )
    seen = processes.look(daemon)
    judge_daemon(stage, "D-01", unequal_values("group:", seen and seen.group_pid, daemon))
    judge_daemon(stage, "D-02", foreign_addresses(processes.listening_sockets(daemon)))


@pytest.mark.clauses("D-22", "D-23", "D-24")
def test_a_worker_is_an_ordinary_process(stage: Stage) -> None:
    """Whatever the factory's process ignores, holds and reads."""
    pid = ask_pid(stage, own_factory(stage).create())
    masks = processes.signal_masks(pid)
    wanted = sum(1 << number - 1 for number in ORDINARY)
    judge_daemon(
        stage,
        "D-22",
        unequal_values("ignored:", masks["SigIgn"] & wanted, 0),
        unequal_values("blocked:", masks["SigBlk"] & wanted, 0),
    )
    stdin = processes.descriptors(pid).get(0)
    judge_daemon(stage, "D-23", unequal_values("standard input:", stdin, "/dev/null"))
    listening = processes.listening_sockets(pid)
    judge_daemon(stage, "D-24", unequal_values("sockets it listens on:", listening, ()))


@pytest.mark.clauses("D-25", "D-21")
def test_a_caller_sees_the_end_of_its_worker(stage: Stage) -> None:
    """One of two is killed; the daemon and the colleague go on, and a zombie is none."""
    factory = own_factory(stage)
    worker, colleague = factory.create(), factory.create()
    pid = ask_pid(stage, worker)
    daemon = daemon_of(pid)
    stage.signal(pid, signal.SIGKILL)
    end = worker.read_end()
    children = [ask(colleague, "pid"), ask(factory.create(), "pid")]
    judge_daemon(stage, "D-25", open_connections(end), strange_parents(children, daemon))
    wait_until(lambda: processes.look(pid) is None, MUST_HAPPEN_S)
    judge_daemon(stage, "D-21", unequal_values("what is left of it:", processes.look(pid), None))


@pytest.mark.clauses("D-33", "D-13")
def test_a_worker_whose_caller_has_gone_ends(stage: Stage) -> None:
    """It had nothing to do; that it is then stopped as well costs nobody anything."""
    factory = own_factory(stage)
    worker, colleague = factory.create(), factory.create()
    pid = ask_pid(stage, worker)
    daemon = daemon_of(pid)
    worker.close()
    judge_daemon(stage, "D-33", survivors("a worker whose peer has gone", pid))
    factory.stop_worker(worker)
    judge_daemon(stage, "D-13", strange_parents([ask(colleague, "pid")], daemon))


@pytest.mark.clauses("D-17")
def test_nothing_outlives_a_factory_that_was_killed(stage: Stage) -> None:
    """Its process gets SIGKILL: the daemon's stdin ends, and nobody else holds it open."""
    factory = own_factory(stage)
    active, idle = factory.create(), factory.create()
    pids = [ask_pid(stage, worker) for worker in (active, idle)]
    daemon = daemon_of(pids[0])
    factory.release(idle)
    kill_implementation(stage, factory)
    judge_daemon(stage, "D-17", survivors("the daemon and its workers", daemon, *pids))
