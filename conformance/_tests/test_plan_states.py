"""The model in every state within reach: whatever is asked, what may come of it makes sense."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest

from conformance.contract.clauses import find
from conformance.contract.lifecycles import (
    WORKER,
    DaemonState,
    FactoryState,
    WorkerState,
)
from conformance.contract.profiles import PROFILES
from conformance.evidence.scenario import (
    Arm,
    Cease,
    Create,
    Exchange,
    KillDaemon,
    KillWorker,
    Release,
    Stop,
    StopWorker,
)
from conformance.plan.attempt import RESTART_WARNINGS
from conformance.plan.branch import Branch, Fails, Hands, Returns
from conformance.plan.model import Model

from .plan_walks import CASES, NEARBY, SETTINGS, Turn, named_clauses, pairs, walk

every = pytest.mark.parametrize(("name", "kind"), CASES)
every_profile = pytest.mark.parametrize(("name", "kind"), [*CASES, *NEARBY])


def restarts(turn: Turn, branch: Branch) -> int:
    """How many daemons were started beside the one that a factory without any needs."""
    return branch.state.starts - turn.state.starts - (turn.state.daemon is None)


def is_start_of(earlier: tuple[object, ...], later: tuple[object, ...]) -> bool:
    return later[: len(earlier)] == earlier


# -- what a walk meets ----------------------------------------------------------------------


def test_the_walks_go_far() -> None:
    turns = {kind: len(walk("spark-4.3", kind).turns) for kind in SETTINGS}
    assert turns["daemon"] > 5_000
    assert turns["capped"] > 5_000
    assert turns["simple"] > 200


@every_profile
def test_every_kind_of_turn_is_met(name: str, kind: str) -> None:
    met = walk(name, kind)
    asked = {type(turn.operation) for turn in met.turns}
    assert asked == {Create, Exchange, Release, StopWorker, Stop}
    assert {type(deed) for _, deed, _ in met.deeds} == {KillDaemon, KillWorker, Arm, Cease}


def test_every_clause_of_the_model_is_met_where_it_applies() -> None:
    met: set[str] = set()
    for case in (*CASES, *NEARBY):
        name, kind = map(str, case.values)
        profile = PROFILES[name]
        for _, branch in pairs(name, kind):
            named = {branch.clause, *branch.state.misuse}
            met |= named
            assert all(profile.applies(find(clause)) for clause in named), (name, branch)
    assert met == named_clauses()


@every
def test_what_is_asked_makes_sense_or_has_no_outcome(name: str, kind: str) -> None:
    for turn in walk(name, kind).turns:
        state, operation = turn.state, turn.operation
        if isinstance(operation, (Create, Stop)):
            assert turn.branches
            continue
        index = state.life_of(operation.worker)
        is_sensible = index is not None
        if isinstance(operation, Exchange):
            is_sensible = index is not None and state.lives[index].is_alive
        assert bool(turn.branches) == is_sensible


@every
def test_no_branch_stands_twice(name: str, kind: str) -> None:
    for turn in walk(name, kind).turns:
        assert len(set(turn.branches)) == len(turn.branches)


@every
def test_what_is_asked_twice_is_answered_alike(name: str, kind: str) -> None:
    met = walk(name, kind)
    model = Model(met.profile, met.settings)
    for turn in met.turns[::7]:
        assert tuple(model.branches(turn.state, turn.operation)) == turn.branches


# -- what holds of a state ------------------------------------------------------------------


@every
def test_a_factory_is_at_rest(name: str, kind: str) -> None:
    is_simple = kind == "simple"
    for _, branch in pairs(name, kind):
        state = branch.state
        assert state.factory in {FactoryState.UNINITIALISED, FactoryState.RUNNING}
        assert state.daemon in {None, DaemonState.SERVING, DaemonState.ENDED}
        assert (state.factory is FactoryState.RUNNING) == (state.daemon is not None)
        assert state.has_living_daemon or not state.is_deaf
        assert not is_simple or (state.daemon is None and not state.connections)


@every
def test_a_worker_is_idle_or_leased_or_over(name: str, kind: str) -> None:
    for _, branch in pairs(name, kind):
        state = branch.state
        assert len(set(state.idle)) == len(state.idle)
        assert kind != "capped" or len(state.idle) <= 1
        for index, life in enumerate(state.lives):
            assert life.state in {
                WorkerState.LEASED,
                WorkerState.IDLE,
                WorkerState.STOPPED,
                WorkerState.DEAD,
            }
            is_queued = index in state.idle
            assert is_queued or life.state is not WorkerState.IDLE
            assert not is_queued or (life.is_open and life.state is not WorkerState.LEASED)
            assert not life.is_alive or life.is_open
            assert life.state is not WorkerState.STOPPED or not life.is_open
            assert not (life.is_cut and life.is_open)
            assert index not in state.dying or life.state is WorkerState.DEAD


@every
def test_generations_are_those_of_daemons(name: str, kind: str) -> None:
    for _, branch in pairs(name, kind):
        state = branch.state
        for life in state.lives:
            assert 0 < life.generation <= state.starts if kind != "simple" else not life.generation
        assert state.connections >= sum(life.generation > 0 for life in state.lives)
        assert all(one.times > 0 for one in state.armed)


# -- what holds of a branch -----------------------------------------------------------------


@every
def test_nothing_is_undone(name: str, kind: str) -> None:
    for turn, branch in pairs(name, kind):
        before, after = turn.state, branch.state
        assert after.starts >= before.starts
        assert after.connections >= before.connections
        assert is_start_of(before.leases, after.leases)
        assert is_start_of(before.kills, after.kills)
        assert is_start_of(before.misuse, after.misuse)
        assert before.may_kill <= after.may_kill
        assert len(before.lives) <= len(after.lives)
        left = Counter({one.number: one.times for one in after.armed})
        assert left <= Counter({one.number: one.times for one in before.armed})


#: From each state of a worker those that its lifecycle can lead to.
LEADS_TO = {state: {state} for state in WorkerState}
for _round in WorkerState:
    for (_earlier, _), _later in WORKER.items():
        LEADS_TO[_earlier] |= LEADS_TO[_later]


@every
def test_workers_move_along_their_lifecycle(name: str, kind: str) -> None:
    for turn, branch in pairs(name, kind):
        for before, after in zip(turn.state.lives, branch.state.lives, strict=False):
            assert after.state in LEADS_TO[before.state]
            assert after.generation == before.generation
            assert before.is_open or not after.is_open


@every
def test_only_a_create_starts_and_connects(name: str, kind: str) -> None:
    for turn, branch in pairs(name, kind):
        started = branch.state.starts - turn.state.starts
        connected = branch.state.connections - turn.state.connections
        if not isinstance(turn.operation, Create):
            assert not started
            assert not connected
            assert not branch.warnings
            assert isinstance(branch.outcome, Returns)
            assert branch.state.leases == turn.state.leases
        elif kind == "simple":
            assert started == 1
        else:
            assert 0 <= connected <= 1 + max(0, restarts(turn, branch))
            assert -1 <= restarts(turn, branch) <= 1 + turn.state.has_dead_daemon


@every
def test_warnings_come_with_discards_and_restarts(name: str, kind: str) -> None:
    discards = walk(name, kind).profile.dead_idle_discarded
    for turn, branch in pairs(name, kind):
        count = restarts(turn, branch) if isinstance(turn.operation, Create) else 0
        restart = list(RESTART_WARNINGS) if kind != "simple" else []
        wanted: list[str] = []
        if isinstance(turn.operation, Create) and discards:
            wanted += [""] * sum(
                before.is_open and not branch.state.lives[index].is_open
                for index, before in enumerate(turn.state.lives)
                if before.state is WorkerState.DEAD
            )
        allowed = [wanted + restart * (count > 0)]
        if turn.state.has_dead_daemon:  # it may notice that by itself
            allowed += [wanted + restart * (count > 1), restart * (count > 1)]
        assert list(branch.warnings) in allowed


@every
def test_kill_requests_are_for_living_workers_of_the_living_daemon(name: str, kind: str) -> None:
    for turn, branch in pairs(name, kind):
        before = turn.state
        new = branch.state.kills[len(before.kills) :]
        assert len(new) <= 1
        for index in new:
            assert isinstance(turn.operation, (Release, StopWorker))
            assert kind == "capped" or isinstance(turn.operation, StopWorker)
            assert before.has_living_daemon
            assert before.lives[index].generation == before.starts
            assert before.lives[index].is_alive
            assert branch.state.lives[index].state is WorkerState.STOPPED
            assert index not in before.kills
        for index in branch.state.may_kill - before.may_kill:
            is_misuse = len(branch.state.misuse) > len(before.misuse)
            assert is_misuse or not before.lives[index].is_alive


@every
def test_who_is_handed_out_is_new_or_the_first_that_will_do(name: str, kind: str) -> None:
    discards = walk(name, kind).profile.dead_idle_discarded
    for turn, branch in pairs(name, kind):
        if not isinstance(turn.operation, Create):
            continue
        before, after, outcome = turn.state, branch.state, branch.outcome
        gained = after.leases[len(before.leases) :]
        if isinstance(outcome, Fails):
            assert not gained
            assert len(after.lives) == len(before.lives)
            continue
        assert isinstance(outcome, Hands)
        assert gained == ((turn.operation.worker, outcome.life),)
        assert outcome.is_new == (outcome.life == len(before.lives))
        if outcome.is_new:
            was_alive = any(before.lives[index].is_alive for index in before.idle)
            assert not was_alive or before.has_dead_daemon  # F-POOL-15
            assert kind == "simple" or after.lives[-1].generation == after.starts
            assert kind == "simple" or not after.idle
            continue
        skipped = before.idle[: before.idle.index(outcome.life)]
        assert not any(before.lives[index].is_alive for index in skipped)
        assert before.lives[outcome.life].is_alive or not discards
        assert after.idle == before.idle[len(skipped) + 1 :]
        assert after.starts == before.starts
        assert after.connections == before.connections


@every
def test_without_faults_every_create_succeeds(name: str, kind: str) -> None:
    for turn in walk(name, kind).turns:
        if isinstance(turn.operation, Create) and not turn.state.armed:
            for branch in turn.branches:
                assert isinstance(branch.outcome, Hands)
                assert branch.state.starts - turn.state.starts <= 1


@every
def test_a_stop_leaves_nothing_idle_and_no_daemon(name: str, kind: str) -> None:
    for turn, branch in pairs(name, kind):
        if isinstance(turn.operation, Stop):
            assert branch.state.daemon is None
            assert not branch.state.idle
            again = Model(PROFILES[name], SETTINGS[kind]).branches(branch.state, turn.operation)
            assert branch.state.settled() in {one.state for one in again}


@every
def test_an_exchange_changes_nothing(name: str, kind: str) -> None:
    for turn, branch in pairs(name, kind):
        if isinstance(turn.operation, Exchange):
            assert branch.state == turn.state.settled()


# -- what is done to processes --------------------------------------------------------------


@every
def test_a_deed_changes_what_it_is_done_to(name: str, kind: str) -> None:
    for before, deed, after in walk(name, kind).deeds:
        same = msgspec.structs.replace(
            after, daemon=before.daemon, lives=before.lives, armed=before.armed,
            is_deaf=before.is_deaf,
        )  # fmt: skip
        assert same == before
        if isinstance(deed, KillDaemon):
            assert not after.has_living_daemon
            assert (after.daemon is None) == (before.daemon is None)
            assert after.lives == before.lives
        elif isinstance(deed, KillWorker):
            index = before.life_of(deed.worker)
            assert index is None or not after.lives[index].is_alive
        elif isinstance(deed, Arm):
            assert [(one.fault, one.times) for one in after.armed][-1] == (deed.fault, deed.times)
        else:
            assert not after.armed
