"""Several accounts of what was seen: which are the same, and which are refuted."""

from __future__ import annotations

import os
from itertools import permutations
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from conformance.contract.lifecycles import WorkerState
from conformance.contract.profiles import find_profile
from conformance.evidence.outcomes import Returned
from conformance.evidence.scenario import Exchange, FactorySettings
from conformance.machines.matching import is_of_another_daemon
from conformance.machines.performance import Done, Performance
from conformance.machines.referee import Referee
from conformance.machines.watch import Seen
from conformance.plan.oblivion import in_order
from conformance.plan.state import Life, State

LEASED, IDLE, DEAD = WorkerState.LEASED, WorkerState.IDLE, WorkerState.DEAD
EXCHANGE = Exchange(worker="w1")


def account(*order: int) -> State:
    """Workers of pids 11, 12, 13, the second idle, the third to be killed, in this order."""
    lives = [Life(LEASED, 1, pid=11), Life(IDLE, 1, pid=12), Life(WorkerState.STOPPED, 2, pid=13)]
    place = {life: at for at, life in enumerate(order)}
    return State(
        lives=tuple(lives[life] for life in order),
        idle=(place[1],),
        leases=tuple((f"w{life + 1}", place[life]) for life in order),
        kills=(place[2],),
        may_kill=frozenset({place[0]}),
        dying=frozenset({place[2]}),
    )


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_whatever_order_workers_were_handed_out_the_account_is_one(
    order: tuple[int, ...],
) -> None:
    assert in_order(account(*order)) == account(0, 1, 2)


def test_who_differs_stays_another_account() -> None:
    other = account(2, 1, 0)
    changed = other.with_life(0, msgspec.structs.replace(other.lives[0], generation=1))
    assert in_order(changed) != in_order(other)


def test_workers_of_unknown_pid_stay_in_their_order_behind_the_others() -> None:
    lives = (Life(LEASED, 1), Life(IDLE, 2), Life(LEASED, 1, pid=11))
    found = in_order(State(lives=lives, idle=(1,)))
    assert [life.generation for life in found.lives] == [1, 1, 2]
    assert found.idle == (2,)


def test_a_worker_is_of_the_daemon_that_forked_it() -> None:
    seen = Seen()
    seen.generations[11] = 2
    assert is_of_another_daemon(Life(LEASED, 1, pid=11), seen)
    assert not is_of_another_daemon(Life(LEASED, 2, pid=11), seen)
    assert not is_of_another_daemon(Life(LEASED, 0, pid=11), seen)
    assert not is_of_another_daemon(Life(LEASED, 1, pid=12), seen)
    assert not is_of_another_daemon(Life(LEASED, 1), seen)


def referee(*states: State) -> Referee:
    """One that has nothing to look at: what is judged here needs no more."""
    about = SimpleNamespace(capabilities=frozenset[str](), pid=os.getpid())
    performance: Any = SimpleNamespace(
        settings={"f1": FactorySettings()},
        stage=SimpleNamespace(run=SimpleNamespace(about=about)),
    )
    found = Referee(cast("Performance", performance), find_profile("documented"))
    found.states["f1"] = states
    found._owners["w1"] = "f1"
    return found


def exchanged(pid: int | None) -> Done:
    return Done(operation=EXCHANGE, outcome=Returned(None), answered_pid=pid)


ALIVE = State(lives=(Life(LEASED, 1, pid=11),), leases=(("w1", 0),), starts=1)
GONE = ALIVE.with_life(0, Life(DEAD, 1, pid=11))


def test_who_is_dead_by_one_account_need_not_answer() -> None:
    judge = referee(ALIVE, GONE)
    assert judge.judge(exchanged(None)) == []
    assert judge.states["f1"] == (GONE,)


@pytest.mark.parametrize(
    ("states", "pid", "wrong"),
    [
        ((ALIVE,), None, "mute_handouts"),
        ((ALIVE, GONE), 12, "wrong_handouts"),
    ],
)
def test_an_answer_that_no_account_allows_is_wrong(
    states: tuple[State, ...], pid: int | None, wrong: str
) -> None:
    assert [one.wrong for one in referee(*states).judge(exchanged(pid))] == [wrong]
