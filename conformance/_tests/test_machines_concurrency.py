"""Overlapping calls made by hand: what the contract allows, and how it is told if not."""

from __future__ import annotations

import pytest

from conformance.contract.lifecycles import WorkerEvent
from conformance.contract.profiles import PROFILES
from conformance.evidence.outcomes import Raised, Returned
from conformance.evidence.scenario import (
    Asked,
    Create,
    Exchange,
    FactorySettings,
    KillDaemon,
    Release,
    Stop,
    StopWorker,
)
from conformance.machines.concurrency import Linearization, clause_of, explain_disorder
from conformance.machines.crossing import Crossed
from conformance.machines.matching import matched
from conformance.machines.performance import Done
from conformance.plan.model import Model
from conformance.plan.state import State

MODEL = Model(PROFILES["documented"], FactorySettings())


def done(operation: Asked, pid: int | None = None) -> Done:
    handed = "" if pid is None else f"object {pid}"
    return Done(operation=operation, outcome=Returned(None), handed=handed, answered_pid=pid)


def broken(operation: Asked) -> Done:
    return Done(operation=operation, outcome=Raised("Stopped", "broken off", "socket_error"))


def after(*performed: Done) -> State:
    """How the factory stands after some operations, each by the first branch that fits."""
    state = State()
    for one in performed:
        allowed = MODEL.branches(state, one.operation)
        state = next(found for branch in allowed if (found := matched(branch, one)) is not None)
    return state


def call(one: Done | Asked, begin: int = 1, end: int | None = 9) -> Crossed:
    """One that overlaps all others unless it is told otherwise; never answered if not done."""
    if isinstance(one, Done):
        assert not isinstance(one.operation, Exchange)
        return Crossed(operation=one.operation, begin=begin, end=end, done=one)
    return Crossed(operation=one, begin=begin, end=None, done=None)


W1, W2, W3 = (Create(worker=f"w{number}") for number in (1, 2, 3))
LEASED = after(done(W1, 11))
IDLE = after(done(W1, 11), done(Release(worker="w1")))
DEAD = Model.after(LEASED, KillDaemon())


def wrongs(state: State, *crossed: Crossed) -> list[tuple[str, str]]:
    found = Linearization(MODEL, crossed).search([state])
    if found.is_linearizable:
        return []
    told = explain_disorder(MODEL, [state], crossed, found)
    return [(one.clause, one.wrong) for one in told]


@pytest.mark.parametrize(
    ("state", "crossed"),
    [
        (State(), [call(done(W1, 11)), call(done(W2, 12))]),
        (IDLE, [call(done(W2, 11)), call(done(W3, 12))]),
        (LEASED, [call(done(W2, 12)), call(done(Release(worker="w1")))]),
        (LEASED, [call(done(W2, 11)), call(done(Release(worker="w1")))]),
        (LEASED, [call(done(W2, 12)), call(done(StopWorker(worker="w1")))]),
        (LEASED, [call(done(W2, 12)), call(done(Stop()))]),
        (DEAD, [call(done(W2, 12)), call(done(W3, 13))]),
    ],
)
def test_what_some_order_explains_is_allowed(state: State, crossed: list[Crossed]) -> None:
    assert wrongs(state, *crossed) == []


def test_a_create_may_find_no_idle_worker_and_then_one_comes() -> None:
    """It looks, a worker is given back, it goes to the daemon: two sections, not one."""
    back = call(done(Release(worker="w1")), 2, 3)
    assert wrongs(LEASED, call(done(W2, 12), 1, 4), back) == []
    assert wrongs(LEASED, call(done(W2, 12), 4, 5), back) == [("F-CONC-01", "unlinearizable_calls")]


@pytest.mark.parametrize("pending", [W2, Release(worker="w1"), Stop()])
def test_a_call_that_never_answers_may_have_had_its_effect_or_not(pending: Asked) -> None:
    found = Linearization(MODEL, [call(pending), call(done(W3, 13))]).search([LEASED])
    assert found.is_linearizable


def test_a_worker_for_two_is_a_double_handout() -> None:
    assert wrongs(IDLE, call(done(W2, 11)), call(done(W3, 11))) == [
        ("F-CONC-02", "double_handouts")
    ]


def test_a_worker_for_one_after_the_other_is_none() -> None:
    back = call(done(Release(worker="w2")), 3, 4)
    crossed = [call(done(W2, 11), 1, 2), back, call(done(W3, 11), 5, 6)]
    assert wrongs(IDLE, *crossed) == []
    early = [call(done(W2, 11), 3, 4), call(done(Release(worker="w2")), 5, 6)]
    told = wrongs(IDLE, *early, call(done(W3, 11), 1, 2))
    assert told == [("F-CONC-01", "unlinearizable_calls")]


def test_a_create_is_broken_off_by_a_stop_and_by_nothing_else() -> None:
    assert wrongs(LEASED, call(broken(W2)), call(done(Stop()))) == []
    assert wrongs(State(), call(broken(W2)), call(done(Stop()))) == []
    assert wrongs(LEASED, call(broken(W2)), call(done(W3, 13))) == [
        ("F-CONC-01", "unlinearizable_calls")
    ]


def test_a_create_that_a_stop_broke_off_may_have_come_any_way() -> None:
    found = Linearization(MODEL, [call(broken(W2)), call(done(Stop()))]).search([LEASED])
    counts = {(one.starts, one.connections) for one in found.finals}
    assert counts >= {(1, 1), (1, 2), (2, 1), (2, 2)}


def test_the_clause_is_about_what_overlaps_and_what_was_before() -> None:
    pair = [call(done(W2, 12)), call(done(W3, 13))]
    assert clause_of(pair, [LEASED]) == "F-CONC-01"
    assert clause_of(pair, [LEASED, DEAD]) == "F-CONC-03"
    assert clause_of([*pair, call(Stop())], [DEAD]) == "F-CONC-04"


def test_disorder_names_the_calls_that_find_no_place() -> None:
    crossed = [call(broken(W2)), call(done(W3, 13))]
    found = Linearization(MODEL, crossed).search([LEASED])
    (told,) = explain_disorder(MODEL, [LEASED], crossed, found)
    assert "create w2" in told.actual
    assert "create w3 got pid 13" in told.actual
    assert "no place for" in told.actual


def test_workers_handed_out_in_another_order_break_the_clause_about_that() -> None:
    """Two idle workers and one create at the same time as a release: only the order is wrong."""
    two = after(done(W1, 11), done(W2, 12), done(Release(worker="w1")), done(Release(worker="w2")))
    last = done(Create(worker="w4"), 12)
    other = done(Create(worker="w5"), 13)
    assert wrongs(two, call(last, 1, 2), call(other, 3, 4)) == [
        ("F-CONC-01", "unlinearizable_calls")
    ]
    first = done(Create(worker="w5"), 11)
    assert wrongs(two, call(last, 1, 2), call(first, 3, 4)) == [("F-POOL-02", "wrong_handouts")]


def test_a_call_that_fails_by_itself_is_told_by_itself() -> None:
    """Nothing beside it is an excuse: a stopWorker returns."""
    alone = call(broken(StopWorker(worker="w1")))
    assert wrongs(LEASED, call(done(W2, 12)), alone) == [("F-STOP-01", "failures_to_return")]


def test_a_create_that_fails_at_a_dead_worker_of_a_dead_daemon_is_told_so() -> None:
    """Where dead idle workers have to be discarded, and nowhere else."""
    model = Model(PROFILES["spark-4.3"], FactorySettings())
    dead = LEASED.with_life(0, LEASED.lives[0].after(WorkerEvent.END))
    crossed = [call(done(Release(worker="w1")), 1, 2), call(broken(W2), 3, 5), call(done(W3, 13))]

    def clauses(model: Model, state: State) -> list[str]:
        found = Linearization(model, crossed).search([state])
        return [one.clause for one in explain_disorder(model, [state], crossed, found)]

    assert clauses(model, Model.after(dead, KillDaemon())) == ["F-POOL-16"]
    assert clauses(model, dead) == ["F-CONC-01"]
    assert clauses(model, DEAD) == ["F-CONC-03"]
    assert clauses(MODEL, Model.after(dead, KillDaemon())) == ["F-CONC-03"]


def test_a_call_without_an_answer_is_endless_if_nothing_else_is_wrong() -> None:
    crossed = [call(W2), call(broken(W3))]
    found = Linearization(MODEL, crossed).search([LEASED])
    (told,) = explain_disorder(MODEL, [LEASED], crossed, found)
    assert (told.clause, told.wrong) == ("F-CONC-01", "endless_calls")
