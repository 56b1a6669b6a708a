"""What the model foresees of a scenario: everything it allows, and nothing else."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
import pytest
from hypothesis import given, reject, settings, strategies as st

from conformance._tests.model_paths import Path
from conformance.contract.profiles import find_profile
from conformance.errors import SuiteError
from conformance.evidence.observations import Aftermath, Observation
from conformance.evidence.scenario import (
    AnyStep,
    Arm,
    Create,
    Exchange,
    FactorySettings,
    KillDaemon,
    KillWorker,
    Release,
    Scenario,
    Stop,
    StopWorker,
    Together,
)
from conformance.machines.repro_player.judgement import Judge
from conformance.plan import foresight
from conformance.plan.company import Company
from conformance.plan.drawing import scenarios
from conformance.plan.foresight import MOST, foresee
from conformance.plan.oblivion import names_after
from conformance.plan.repertoire import REPERTOIRES

if TYPE_CHECKING:
    from conformance.contract.profiles import Profile
    from conformance.plan.repertoire import Repertoire

Foreseen: TypeAlias = tuple[tuple[Observation, ...], ...]

DOCUMENTED = find_profile("documented")
SPARK43 = find_profile("spark-4.3")
SPARK35 = find_profile("spark-3.5")


def seen(
    outcome: str | None = None, *, starts: int = 0, connections: int = 0, **more: Any
) -> Observation:
    """One observation; a worker that is handed out answers, and nobody is to be killed."""
    hands = outcome is not None and outcome.startswith(("new", "same"))
    some = {"kill_requests": (), "answers": True if hands else None} | more
    return Observation(outcome=outcome, starts=starts, connections=connections, **some)


def foreseen(*steps: AnyStep, profile: str = "documented", **more: Any) -> list[list[Observation]]:
    """What is foreseen of each step, but for the log and how the factories stand afterwards."""
    told = foresee(Scenario(steps=steps, **more), find_profile(profile))
    return [list(dict.fromkeys(map(briefly, one))) for one in told]


def briefly(one: Observation) -> Observation:
    return msgspec.structs.replace(one, warnings=(), afterwards=())


QUIET = seen()
RETURNS = seen("returns")
FIRST = seen("new", starts=1, connections=1)
FURTHER = seen("new", connections=1)


# -- one step after the other ---------------------------------------------------------------------


def test_released_first_is_handed_out_first() -> None:
    w1, w2 = Create(worker="w1"), Create(worker="w2")
    told = foreseen(w1, w2, Release(worker="w1"), Release(worker="w2"), Create(worker="w3"))
    assert told == [[FIRST], [FURTHER], [RETURNS], [RETURNS], [seen("same:w1")]]


def test_a_process_is_told_by_the_name_it_had_first() -> None:
    steps: list[AnyStep] = []
    for name in ("w1", "w2", "w3"):
        steps += [Create(worker=name), Release(worker=name)]
    assert foreseen(*steps)[2::2] == [[seen("same:w1")], [seen("same:w1")]]


def test_a_reset_restarts_once() -> None:
    told = foreseen(Arm(fault="accept=reset"), Create(worker="w1"), Create(worker="w2"))
    assert told == [[QUIET], [seen("new", starts=2, connections=2)], [FURTHER]]


def test_a_second_reset_fails_and_the_second_daemon_stays_or_not() -> None:
    told = foreseen(Arm(fault="accept=reset", times=2), Create(worker="w1"), Create(worker="w2"))
    failed = seen("raises", starts=2, connections=2)
    assert told[1] == [failed, msgspec.structs.replace(failed, after=1)]
    assert [(one.before, one.starts, one.connections) for one in told[2]] == [(0, 0, 1), (1, 1, 1)]


def test_a_peer_lost_between_pid_and_reply_leads_to_several_states() -> None:
    """By Spark 4.3 a restart or an error: what follows goes by what came of it."""
    told = foreseen(
        Arm(fault="acknowledged=exit"),
        Create(worker="w1"),
        StopWorker(worker="w1"),
        Create(worker="w2"),
        profile="spark-4.3",
    )
    killed = seen("returns", kill_requests=("w1",))
    assert told[1] == [
        seen("new", starts=2, connections=2, after=0),
        seen("raises", starts=1, connections=1, after=1),
    ]
    assert told[2] == [killed, seen(before=1)]
    assert told[3] == [FURTHER]


def test_a_peer_lost_between_pid_and_reply_restarts_by_spark_35() -> None:
    """But for one that may have left in good order before the secret was sent."""
    restarted = seen("new", starts=2, connections=2)
    told = foreseen(Arm(fault="authenticate=reset"), Create(worker="w1"), profile="spark-3.5")
    assert told[1] == [restarted]
    told = foreseen(Arm(fault="acknowledged=exit"), Create(worker="w1"), profile="spark-3.5")
    failed = seen("raises", starts=1, connections=1, kinds=("end_of_stream", "other"))
    assert told[1] == [restarted, failed]


def test_states_with_the_same_future_are_one() -> None:
    """What stop() does about a dead worker makes no difference unless somebody names it."""
    dead = (Create(worker="w1"), KillDaemon(), KillWorker(worker="w1"))
    steps = (*dead, Stop(), Create(worker="w2"))
    assert foreseen(*steps) == [[FIRST], [QUIET], [QUIET], [RETURNS], [FIRST]]
    told = foreseen(*steps, Release(worker="w1"), Create(worker="w3"))
    assert told[3] == [seen("returns", after=0), seen("returns", after=1)]


def test_whether_a_worker_must_be_left_alone_makes_a_difference() -> None:
    """By stop() the connection of w1, whose daemon is dead, may be closed, and need not be."""
    steps = (Create(worker="w1"), KillDaemon(), Stop(), Create(worker="w2"))
    assert foreseen(*steps, Exchange(worker="w1"))[2:] == [
        [seen("returns", after=0), seen("returns", after=1)],
        [
            seen("new", starts=1, connections=1),
            seen("new", starts=1, connections=1, before=1, after=1),
        ],
        [RETURNS, seen(before=1)],
    ]


def test_a_dead_idle_worker() -> None:
    """Discarded since 4.0, when nobody minds a kill request for it; handed out before."""
    steps = (Create(worker="w1"), Release(worker="w1"), KillWorker(worker="w1"))
    told = foreseen(*steps, Create(worker="w2"), profile="spark-4.3")
    assert told[3] == [seen("new", connections=1, may_kill_requests=("w1",))]
    told = foreseen(*steps, Create(worker="w2"), profile="spark-3.5")
    assert told[3] == [
        seen("same:w1", answers=None),
        seen("new", connections=1, may_kill_requests=("w1",)),
    ]


def test_a_worker_that_dies_as_it_is_handed_out_need_not_answer() -> None:
    told = foreseen(Arm(fault="authenticated=kill"), Create(worker="w1"), Exchange(worker="w1"))
    assert told[1:] == [[seen("new", starts=1, connections=1, answers=None)], [QUIET]]


def test_the_oldest_idle_worker_makes_room() -> None:
    steps = (Create(worker="w1"), Create(worker="w2"), Release(worker="w1"), Release(worker="w2"))
    told = foreseen(*steps, factories={"f1": FactorySettings(idle_worker_max_pool_size=1)})
    assert told[3] == [seen("returns", kill_requests=("w1",))]


def test_simple_workers_connect_to_no_daemon() -> None:
    steps = (Create(worker="w1"), StopWorker(worker="w1"), Stop())
    told = foreseen(*steps, factories={"f1": FactorySettings(use_daemon=False)})
    assert told == [[seen("new", starts=1)], [RETURNS], [RETURNS]]


def test_factories_do_not_touch_each_other() -> None:
    steps = (Create(worker="w1", factory="a"), Create(worker="w2", factory="b"))
    factories = {"a": FactorySettings(), "b": FactorySettings()}
    assert foreseen(*steps, Stop(factory="a"), factories=factories) == [[FIRST], [FIRST], [RETURNS]]


def test_of_a_worker_that_nobody_asks_for_nothing_follows() -> None:
    assert foreseen(Release(worker="w1"), KillWorker(worker="w1")) == [[QUIET], [QUIET]]


def test_no_steps_no_observations() -> None:
    assert foresee(Scenario(), DOCUMENTED) == ()


# -- how the factories stand afterwards -----------------------------------------------------------


def standings(*steps: AnyStep, **more: Any) -> list[list[Aftermath]]:
    """How the one factory may stand after each step."""
    told = foresee(Scenario(steps=steps, **more), DOCUMENTED)
    return [[standing for one in step for standing in one.afterwards] for step in told]


def test_who_is_idle_and_who_has_an_owner() -> None:
    w1, w2 = Create(worker="w1"), Create(worker="w2")
    told = standings(w1, w2, Release(worker="w2"), Create(worker="w3"), StopWorker(worker="w1"))
    assert told == [
        [Aftermath(daemon="serving", leased=("w1",))],
        [Aftermath(daemon="serving", leased=("w1", "w2"))],
        [Aftermath(daemon="serving", leased=("w1",), idle=("w2",))],
        [Aftermath(daemon="serving", leased=("w1", "w2"))],
        [Aftermath(daemon="serving", leased=("w2",), stopped=("w1",))],
    ]


def test_a_dead_daemon_is_on_record_until_it_is_met() -> None:
    """What is done to processes is not looked at: nobody has asked the factory for anything."""
    w1 = Create(worker="w1")
    told = standings(w1, KillDaemon(), Release(worker="w1"), Create(worker="w2"))
    assert told[1:] == [
        [],
        [Aftermath(daemon="dead", idle=("w1",))],
        [
            Aftermath(daemon="dead", leased=("w1",)),
            Aftermath(daemon="serving", leased=("w2",), stopped=("w1",)),  # it has noticed
        ],
    ]


def test_stop_leaves_no_daemon_and_no_idle_worker() -> None:
    """An idle worker is closed; one with an owner dies with its daemon."""
    w1, w2 = Create(worker="w1"), Create(worker="w2")
    told = standings(w1, w2, Release(worker="w1"), Stop(), Create(worker="w3"))
    assert told[3:] == [
        [Aftermath(stopped=("w1",))],
        [Aftermath(daemon="serving", leased=("w3",))],
    ]


def test_a_worker_of_an_earlier_daemon_may_keep_its_connection_after_stop() -> None:
    """Also one that no later step names; before that its connection must be left alone."""
    told = standings(Create(worker="w1"), KillDaemon(), Create(worker="w2"), Stop())
    assert set(told[2]) == {Aftermath(daemon="serving", leased=("w1", "w2"))}
    assert told[3] == [Aftermath(leased=("w1",)), Aftermath(stopped=("w1",))]


def test_simple_workers_live_as_long_as_they_are_owned() -> None:
    steps = (Create(worker="w1"), Create(worker="w2"), Release(worker="w1"), Stop())
    told = standings(*steps, factories={"f1": FactorySettings(use_daemon=False)})
    leased = [one.leased for step in told for one in step]
    assert leased == [("w1",), ("w1", "w2"), ("w2",), ()]


# -- callers at the same time ---------------------------------------------------------------------


def crossed(*branches: list[str | None], **more: Any) -> Observation:
    """An observation of callers: how each of their calls came out."""
    told = tuple(tuple(Observation(outcome=one) for one in branch) for branch in branches)
    return seen(branches=told, **more)


def test_two_creates_and_one_idle_worker() -> None:
    both = Together(branches=((Create(worker="w2"),), (Create(worker="w3"),)))
    told = foreseen(Create(worker="w1"), Release(worker="w1"), both, Create(worker="w4"))
    assert {plain(one) for one in told[2]} == {
        crossed(["same:w1"], ["new"], connections=1),
        crossed(["new"], ["same:w1"], connections=1),
    }
    assert {plain(one) for one in told[3]} == {FURTHER}


def test_create_looks_first_and_connects_later() -> None:
    """Released after w3 was looked for, w2 stays idle; released before, it is handed out."""
    branches = ((Create(worker="w2"), Release(worker="w2")), (Create(worker="w3"),))
    told = foreseen(Create(worker="w1"), Together(branches=branches), Create(worker="w4"))
    assert set(told[1]) == {
        crossed(["new", "returns"], ["new"], connections=2, after=0),
        crossed(["new", "returns"], ["same:w2"], connections=1, after=1),
    }
    assert set(told[2]) == {seen("same:w2"), seen("new", connections=1, before=1)}


def test_a_stop_may_end_a_create() -> None:
    """Before it, after it, or in its midst, with as much done as that took."""
    both = Together(branches=((Stop(),), (Create(worker="w2"),)))
    told = foreseen(Create(worker="w1"), both, Create(worker="w3"))
    broken = {
        (one.starts, one.connections)
        for one in told[1]
        if one.branches and one.branches[1][0].outcome == "raises"
    }
    handed = {
        (one.starts, one.connections)
        for one in told[1]
        if one.branches and one.branches[1][0].outcome == "new"
    }
    assert broken == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert handed == {(0, 1), (1, 1)}
    # Where a daemon serves afterwards none is started; nor two where none does.
    assert set(told[2]) == {
        seen("new", connections=1, before=0),
        seen("new", starts=1, connections=1, before=1),
    } or set(told[2]) == {
        seen("new", connections=1, before=1),
        seen("new", starts=1, connections=1, before=0),
    }


def test_a_kill_request_that_a_stop_overtakes_need_not_be_seen() -> None:
    both = Together(branches=((StopWorker(worker="w1"),), (Stop(),)))
    told = foreseen(Create(worker="w1"), both)
    assert {one.kill_requests for one in told[1]} == {()}
    assert ("w1",) in {one.may_kill_requests for one in told[1]}


def test_a_worker_that_a_stop_ends_may_be_handed_out_at_the_same_time() -> None:
    """Released after stop(), it is idle; whether it is dead already, nobody can know."""
    branches = ((Stop(), Release(worker="w1")), (Create(worker="w2"),))
    told = foreseen(Create(worker="w1"), Together(branches=branches), profile="spark-4.3")
    wanted = crossed(["returns", "returns"], ["same:w1"])
    assert wanted in [plain(one) for one in told[1]]


def test_of_a_create_that_failed_nothing_can_be_given_back() -> None:
    branches = ((Create(worker="w1"), Release(worker="w1")), (Create(worker="w2"),))
    told = foreseen(Arm(fault="accept=close"), Together(branches=branches))
    outcomes = {
        tuple(tuple(one.outcome for one in branch) for branch in step.branches or ())
        for step in told[1]
    }
    assert outcomes == {
        (("raises", None), ("new",)),
        (("new", "returns"), ("raises",)),
    }


def test_too_many_callers_are_refused() -> None:
    branches = tuple((Create(worker=f"w{n}"), Stop(), Create(worker=f"v{n}")) for n in range(5))
    with pytest.raises(SuiteError, match="fewer callers"):
        foreseen(Together(branches=branches))


# -- drawn ----------------------------------------------------------------------------------------

PROFILES = st.sampled_from([DOCUMENTED, SPARK43, SPARK35])
MACHINES = pytest.mark.parametrize("repertoire", REPERTOIRES.values(), ids=REPERTOIRES)
BRIEFLY = settings(max_examples=40, deadline=None, derandomize=True, database=None)


def draw_foreseen(data: Any, repertoire: Repertoire) -> tuple[Scenario, Profile, Foreseen]:
    profile = data.draw(PROFILES)
    most = 6 if repertoire.has_races else 12
    scenario = data.draw(scenarios(repertoire, profile, most, meetings=(1, 2)))
    try:
        return scenario, profile, foresee(scenario, profile)
    except SuiteError:
        reject()


@MACHINES
@given(data=st.data())
@BRIEFLY
def test_every_path_of_the_model_is_foreseen(data: Any, repertoire: Repertoire) -> None:
    scenario, profile, told = draw_foreseen(data, repertoire)
    path, judge = Path(scenario, profile, data.draw), Judge()
    for step, allowed in zip(scenario.steps, msgspec.to_builtins(told), strict=True):
        assert judge.judge(path.take(step), allowed, path.pids) == []


@MACHINES
@given(data=st.data())
@BRIEFLY
def test_states_that_are_one_tell_no_more_than_each(data: Any, repertoire: Repertoire) -> None:
    """Whatever sequence of observations the automaton takes, the model itself has a path by it."""
    scenario, profile, told = draw_foreseen(data, repertoire)
    company = Company(scenario, profile)
    worlds, states = {company.beginning}, {0}
    named = names_after(scenario.steps)
    for number, (step, allowed) in enumerate(zip(scenario.steps, told, strict=True)):
        possible = [one for one in allowed if one.before in states]
        chosen = plain(data.draw(st.sampled_from(possible)))
        states = {one.after for one in possible if plain(one) == chosen}
        moves = foresight._moves(company, step, worlds, named[number])
        worlds = {move.after for move in moves if move.seen == chosen}
        assert worlds


def plain(one: Observation) -> Observation:
    return msgspec.structs.replace(one, before=0, after=0)


@MACHINES
@given(data=st.data())
@BRIEFLY
def test_an_automaton_is_whole_and_always_the_same(data: Any, repertoire: Repertoire) -> None:
    scenario, profile, told = draw_foreseen(data, repertoire)
    assert told == foresee(scenario, profile)
    assert len(told) == len(scenario.steps)
    assert sum(map(len, told)) <= MOST
    assert {one.before for one in told[0]} == {0}
    for step, following in pairwise(told):
        assert {one.after for one in step} == {one.before for one in following}
