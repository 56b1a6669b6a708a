"""Whether an operation came out by a branch of the model, and which clause is to blame if not."""

from __future__ import annotations

import pytest

from conformance.contract.lifecycles import WorkerState
from conformance.evidence.findings import Finding, put_down_to
from conformance.evidence.outcomes import CountsAs, Lost, Raised, Returned, TimedOut
from conformance.evidence.scenario import Create, Exchange, Release, Stop
from conformance.machines.blame import explain, suspect
from conformance.machines.matching import matched
from conformance.machines.performance import Done
from conformance.machines.referee import Candidate, likeliest
from conformance.plan.branch import Branch, Fails, Hands, Returns
from conformance.plan.state import Life, State

CREATE = Create(worker="w9")
LEASED, IDLE = WorkerState.LEASED, WorkerState.IDLE
DEAD, STOPPED = WorkerState.DEAD, WorkerState.STOPPED


def state(*lives: WorkerState, misuse: tuple[str, ...] = ()) -> State:
    """Workers w1, w2, ... of pids 1001, 1002, ...; the newest has no pid yet."""
    known = tuple(Life(one, 1, pid=1001 + at) for at, one in enumerate(lives))
    new = Life(LEASED, 1)
    leases = tuple((f"w{at}", at - 1) for at in range(1, len(lives) + 1))
    return State(lives=(*known, new), leases=(*leases, ("w9", len(lives))), starts=1, misuse=misuse)


def hands_new(*lives: WorkerState, misuse: tuple[str, ...] = ()) -> Branch:
    return Branch(
        outcome=Hands(len(lives), is_new=True),
        state=state(*lives, misuse=misuse),
        clause="F-CONN-01",
    )


def hands_first(*lives: WorkerState) -> Branch:
    return Branch(outcome=Hands(0, is_new=False), state=state(*lives), clause="F-POOL-02")


def fails(*kinds: CountsAs) -> Branch:
    return Branch(outcome=Fails(kinds), state=state(), clause="F-CONN-08")


def created(answered: int | None, told: int | None = None) -> Done:
    return Done(operation=CREATE, outcome=Returned(None), answered_pid=answered, told_pid=told)


def raised(kind: CountsAs = "end_of_stream") -> Done:
    return Done(operation=CREATE, outcome=Raised("E", "gone", kind))


RETURNS = Branch(outcome=Returns(), state=state(LEASED), clause="F-POOL-17")
TOO_LATE = Done(operation=CREATE, outcome=TimedOut(5.0))

# -- matching -------------------------------------------------------------------------------


def test_a_new_worker_s_pid_is_learned() -> None:
    found = matched(hands_new(LEASED), created(1002))
    assert found is not None
    assert [life.pid for life in found.lives] == [1001, 1002]


def test_who_does_not_answer_is_known_by_what_create_told() -> None:
    found = matched(hands_new(LEASED), created(None, told=1002))
    assert found is not None
    assert found.lives[1].pid == 1002
    mute = matched(hands_new(LEASED), created(None))
    assert mute is not None
    assert mute.lives[1].pid is None


@pytest.mark.parametrize(
    ("branch", "done"),
    [
        (hands_new(LEASED), created(1001)),
        (hands_first(IDLE, IDLE), created(1002)),
        (hands_first(IDLE), created(None)),
        (hands_new(), raised()),
        (hands_new(), TOO_LATE),
        (fails("authentication"), raised("end_of_stream")),
        (fails(), created(1001)),
        (fails(), TOO_LATE),
        (RETURNS, Done(operation=Release(worker="w1"), outcome=Raised("E", "no", "other"))),
        (RETURNS, Done(operation=Exchange(worker="w1"), outcome=Returned(None), answered_pid=7)),
        (RETURNS, Done(operation=Exchange(worker="w8"), outcome=Returned(None))),
    ],
)
def test_what_came_out_otherwise_does_not_match(branch: Branch, done: Done) -> None:
    assert matched(branch, done) is None


@pytest.mark.parametrize(
    ("branch", "done"),
    [
        (hands_first(IDLE, IDLE), created(1001)),
        (fails(), raised()),
        (fails("authentication", "end_of_stream"), raised()),
        (RETURNS, Done(operation=Release(worker="w1"), outcome=Returned(None))),
        (RETURNS, Done(operation=Exchange(worker="w1"), outcome=Returned(None), answered_pid=1001)),
    ],
)
def test_what_came_out_so_leaves_the_branch_s_state(branch: Branch, done: Done) -> None:
    assert matched(branch, done) == branch.state


# -- blame ----------------------------------------------------------------------------------


def blamed(branch: Branch, done: Done) -> list[tuple[str, str]]:
    return [(one.clause, one.wrong) for one in explain(branch, done)]


@pytest.mark.parametrize(
    ("branch", "done", "clause", "wrong"),
    [
        (hands_new(), TOO_LATE, "F-CONN-01", "endless_calls"),
        (
            hands_new(),
            Done(operation=CREATE, outcome=Lost("died")),
            "F-CONN-01",
            "endless_calls",
        ),
        (hands_new(), raised(), "F-CONN-01", "failures_to_return"),
        (fails("authentication"), created(1001), "F-CONN-08", "failures_to_raise"),
        (fails("authentication"), raised(), "F-CONN-08", "wrong_errors"),
        (hands_new(LEASED), created(1001), "F-CONC-02", "double_handouts"),
        (hands_new(DEAD), created(1001), "F-POOL-03", "dead_handouts"),
        (hands_new(STOPPED), created(1001), "F-POOL-13", "dead_handouts"),
        (hands_first(IDLE, IDLE), created(1002), "F-POOL-02", "wrong_handouts"),
        (hands_first(IDLE), created(4711), "F-POOL-01", "wrong_handouts"),
        (hands_new(LEASED, misuse=("F-POOL-12",)), created(1001), "F-POOL-12", "double_handouts"),
        (hands_new(misuse=("F-POOL-12", "F-POOL-13")), raised(), "F-POOL-13", "failures_to_return"),
    ],
)
def test_the_clause_to_blame(branch: Branch, done: Done, clause: str, wrong: str) -> None:
    assert blamed(branch, done) == [(clause, wrong)]


def test_an_owner_s_worker_that_is_mute_or_another_one() -> None:
    exchange = Exchange(worker="w1")
    mute = Done(operation=exchange, outcome=Returned(None))
    other = Done(operation=exchange, outcome=Returned(None), answered_pid=7)
    assert blamed(RETURNS, mute) == [("F-POOL-17", "mute_handouts")]
    assert blamed(RETURNS, other) == [("F-POOL-17", "wrong_handouts")]
    restarted = Branch(outcome=Returns(), state=State(starts=2), clause="F-CONN-12")
    assert blamed(restarted, mute) == [("F-RST-11", "mute_handouts")]


def test_misuse_is_to_blame_for_what_create_does_alone() -> None:
    misused = state(misuse=("F-POOL-14",))
    stop = Branch(outcome=Returns(), state=misused, clause="F-STOP-07")
    assert suspect(stop) == "F-STOP-07"
    failed = Done(operation=Stop(), outcome=Raised("E", "no", "other"))
    assert blamed(stop, failed) == [("F-STOP-07", "failures_to_return")]


def test_findings_are_put_down_to_a_clause_all_of_them() -> None:
    some = [Finding("a", "x", "y"), Finding("b", "x", "y", clause="F-RST-01")]
    assert [one.clause for one in put_down_to("F-STOP-01", some, some[:1])] == ["F-STOP-01"] * 3


def test_of_two_accounts_the_one_whose_counts_are_right_is_told() -> None:
    """With one wrong each: a leak is told, not the start that only the other account expects."""
    restarted, failed = (
        Candidate(State(starts=starts), Branch(outcome=Fails(), state=State(), clause=clause))
        for starts, clause in ((2, "F-RST-08"), (1, "F-RST-10"))
    )
    leak, too_few = Finding("leaked_sockets", "0", "1"), Finding("wrong_start_counts", "2", "1")
    found = {restarted: [too_few], failed: [leak]}
    assert likeliest(found, {failed}) == [leak]
    assert likeliest(found, set()) == [too_few]
    assert likeliest({restarted: [too_few], failed: [leak, leak]}, {failed}) == [too_few]
