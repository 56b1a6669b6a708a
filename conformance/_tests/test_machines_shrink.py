"""Shrinking on predicates instead of replays: what is left, and what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings, strategies as st

from conformance.evidence.scenario import (
    Arm,
    Cease,
    Create,
    Expectation,
    FactorySettings,
    Gate,
    KillDaemon,
    Release,
    Scenario,
    StopWorker,
    Together,
)
from conformance.machines.reductions import REDUCTIONS
from conformance.machines.renaming import renamed
from conformance.machines.shrink import Budget, Shrunk, shrink
from conformance.machines.tidying import positions, tidy, without

from .drawn_scenarios import CROWDED, NOISE, SCENARIOS, deeds, kinds, togethers

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.evidence.scenario import AnyStep

PLENTY = Budget(replays=10_000)
CREATE, RELEASE, KILL = Create(worker="a"), Release(worker="a"), KillDaemon()


def is_needle(scenario: Scenario) -> bool:
    """Tell whether some worker is created, released, and then the daemon killed."""
    stage: dict[str, int] = {}
    for one in deeds(scenario):
        if isinstance(one, Create):
            stage[one.worker] = 1
        elif isinstance(one, Release) and one.worker in stage:
            stage[one.worker] = 2
        elif isinstance(one, KillDaemon) and 2 in stage.values():
            return True
    return False


class Replays:
    """A predicate that remembers what it was asked."""

    def __init__(self, fails: Callable[[Scenario], bool]) -> None:
        self.asked: list[Scenario] = []
        self._fails = fails

    def __call__(self, scenario: Scenario) -> bool:
        assert scenario not in self.asked
        self.asked.append(scenario)
        return self._fails(scenario)


def shrunk(scenario: Scenario, fails: Callable[[Scenario], bool]) -> Shrunk[Scenario]:
    """Shrink without a limit; no scenario is played twice."""
    replays = Replays(fails)
    found = shrink(scenario, replays, PLENTY)
    assert found.is_minimal
    assert found.replays == len(replays.asked)
    assert scenario not in replays.asked
    assert found.scenario == scenario or fails(found.scenario)
    return found


def among(noise: tuple[AnyStep, ...], spots: tuple[int, ...], *wanted: AnyStep) -> Scenario:
    """Put steps among others, each before the noise of its number."""
    steps = list(noise)
    for spot, one in reversed(list(zip(spots, wanted, strict=True))):
        steps.insert(spot, one)
    return Scenario(steps=tuple(steps))


# -- steps -------------------------------------------------------------------------------

SPOTS = [(0, 0, 0), (0, 15, 30), (30, 30, 30), (5, 12, 22), (14, 15, 16), (1, 2, 30), (7, 21, 28)]


@pytest.mark.parametrize("spots", SPOTS)
def test_three_steps_among_thirty(spots: tuple[int, ...]) -> None:
    found = shrunk(among(NOISE, spots, CREATE, RELEASE, KILL), is_needle)
    print(f"{found.replays} replays")  # noqa: T201 - shown by -s
    assert found.scenario.steps == (Create(worker="w1"), Release(worker="w1"), KILL)
    assert found.replays <= 40


def test_nothing_to_shrink_costs_little() -> None:
    needle = Scenario(steps=(Create(worker="w1"), Release(worker="w1"), KILL))
    found = shrunk(needle, is_needle)
    assert (found.scenario, found.replays) == (needle, 4)


def test_all_thirty_needed() -> None:
    scenario = Scenario(steps=NOISE)
    found = shrunk(scenario, lambda one: len(one.steps) == 30)
    assert len(found.scenario.steps) == 30
    assert found.replays < 100


def test_what_always_fails_ends_empty() -> None:
    assert shrunk(Scenario(steps=NOISE), lambda _: True).scenario == Scenario()


def test_steps_that_must_go_in_twos_are_left() -> None:
    # 1-minimal is what is promised: two kills are needed, or none at all.
    found = shrunk(
        Scenario(steps=(CREATE, KILL, KILL, RELEASE)),
        lambda one: kinds(one).count("KillDaemon") != 1,
    )
    assert kinds(found.scenario) in ([], ["KillDaemon", "KillDaemon"])


def test_titles_and_repeats_stay() -> None:
    scenario = Scenario(title="t", clauses=("F-POOL-01",), repeat=7, steps=(CREATE, KILL))
    found = shrunk(scenario, lambda one: "KillDaemon" in kinds(one)).scenario
    assert (found.title, found.clauses, found.repeat) == ("t", ("F-POOL-01",), 7)
    assert found.steps == (KILL,)


# -- callers at the same time ------------------------------------------------------------


def test_a_race_of_two_creates() -> None:
    def fails(scenario: Scenario) -> bool:
        makers = [
            sum(isinstance(b[0], Create) for b in one.branches) for one in togethers(scenario)
        ]
        return max(makers, default=0) > 1

    (race,) = shrunk(CROWDED, fails).scenario.steps
    creates = (Create(worker="w1"),), (Create(worker="w2"),)
    assert race == Together(branches=creates)


def test_a_race_that_takes_a_gate() -> None:
    def fails(scenario: Scenario) -> bool:
        return any(
            [gate.point for gate in one.gates] and one.gates[-1].name in one.schedule[1:-1]
            for one in togethers(scenario)
        )

    (race,) = shrunk(CROWDED, fails).scenario.steps
    assert isinstance(race, Together)
    assert (len(race.branches), len(race.gates), len(race.schedule)) == (2, 1, 3)
    assert race.gates[0].name == race.schedule[1] == "g1"


def test_what_needs_no_race_is_put_in_turn() -> None:
    found = shrunk(CROWDED, lambda one: "Release" in kinds(one)).scenario
    assert found.steps == (Create(worker="w1"), Release(worker="w1"))


def test_what_needs_the_order_of_the_schedule_is_put_into_it() -> None:
    def fails(scenario: Scenario) -> bool:
        if togethers(scenario):
            return True
        seen = kinds(scenario)
        return "StopWorker" in seen and "Release" in seen[seen.index("StopWorker") :]

    race = Together(
        branches=((CREATE, RELEASE), (Create(worker="b"), StopWorker(worker="b"))),
        schedule=("b1", "b2", "b2", "b1"),
    )
    found = shrunk(Scenario(steps=(race,)), fails).scenario
    assert kinds(found)[-2:] == ["StopWorker", "Release"]
    assert not togethers(found)


# -- everything else ---------------------------------------------------------------------


def test_factories_and_settings_go_unless_needed() -> None:
    full = FactorySettings(
        idle_worker_max_pool_size=2, python="second", env={"A": "1", "B": "2", "C": "3"}
    )
    scenario = Scenario(
        factories={"one": full, "two": full, "three": FactorySettings(use_daemon=False)},
        steps=tuple(
            Create(worker=f"{at}_{name}", factory=name)
            for name in ("one", "two", "three")
            for at in "xyz"
        ),
    )
    found = shrunk(
        scenario, lambda one: any("B" in each.env for each in one.factories.values())
    ).scenario
    assert found == Scenario(factories={"f1": FactorySettings(env={"B": "2"})})
    simple = shrunk(
        scenario, lambda one: not all(each.use_daemon for each in one.factories.values())
    ).scenario
    assert simple == Scenario(factories={"f1": FactorySettings(use_daemon=False)})
    capped = shrunk(
        scenario,
        lambda one: any(
            isinstance(each, Create) and one.factories[each.factory].idle_worker_max_pool_size
            for each in one.steps
        ),
    ).scenario
    assert capped.factories == {"f1": FactorySettings(idle_worker_max_pool_size=2)}
    assert kinds(capped) == ["Create"]


def test_a_fault_strikes_no_more_often_than_it_must() -> None:
    def fails(scenario: Scenario) -> bool:
        return sum(one.times for one in scenario.steps if isinstance(one, Arm)) > 0

    steps = (
        Arm(fault="accept=reset", times=3),
        CREATE,
        Cease(),
        Arm(fault="accept=close", times=2),
    )
    found = shrunk(Scenario(steps=steps), fails).scenario
    assert len(found.steps) == 1
    assert isinstance(found.steps[0], Arm)
    assert found.steps[0].times == 1


def test_a_later_fault_is_the_one_before_once_more() -> None:
    """Two failures of whatever kind: one fault that strikes twice takes one step less."""

    def fails(scenario: Scenario) -> bool:
        strikes = sum(one.times for one in scenario.steps if isinstance(one, Arm))
        return strikes > 1 and kinds(scenario).count("Create") > 1

    second = Arm(fault="acknowledge=pid:-1")
    steps = (Arm(fault="accept=close"), CREATE, second, Create(worker="b"))
    found = shrunk(Scenario(steps=steps), fails).scenario
    assert kinds(found) == ["Arm", "Create", "Create"]
    assert found.steps[0] == Arm(fault="accept=close", times=2)


def test_a_gate_moves_to_where_less_has_to_be_done() -> None:
    """Held while a daemon starts, a factory must have lost one; held at accept, it need not."""
    gate = Gate(name="g", point="announce")
    race = Together(branches=((CREATE,), (RELEASE,)), gates=(gate,), schedule=("b1", "b2", "g"))

    def fails(scenario: Scenario) -> bool:
        points = [one.point for each in togethers(scenario) for one in each.gates]
        return points == (["announce"] if "KillDaemon" in kinds(scenario) else ["accept"])

    found = shrunk(Scenario(steps=(KILL, race)), fails).scenario
    assert kinds(found).count("KillDaemon") == 0
    assert togethers(found)[0].gates[0].point == "accept"


def test_expectations_go_unless_needed() -> None:
    steps = (
        Create(worker="a", expect=Expectation(starts=1)),
        Release(worker="a", expect=Expectation(outcome="returns")),
        Create(worker="b", expect=Expectation(same_as="a")),
    )

    def fails(scenario: Scenario) -> bool:
        last = scenario.steps[-1] if scenario.steps else None
        return isinstance(last, Create) and last.expect is not None and bool(last.expect.same_as)

    found = shrunk(Scenario(steps=steps), fails).scenario
    assert found.steps == (
        Create(worker="w1"),
        Create(worker="w2", expect=Expectation(same_as="w1")),
    )


def test_names_stay_where_they_matter() -> None:
    def fails(scenario: Scenario) -> bool:
        return any(isinstance(one, Create) and one.worker == "a" for one in scenario.steps)

    assert shrunk(Scenario(steps=(CREATE, KILL)), fails).scenario.steps == (CREATE,)


# -- the budget --------------------------------------------------------------------------


@pytest.mark.parametrize("replays", [0, 1, 2, 3, 5, 8, 13, 17])
def test_no_more_replays_than_allowed(replays: int) -> None:
    scenario = among(NOISE, (20, 25, 30), CREATE, RELEASE, KILL)
    asked = Replays(is_needle)
    found = shrink(scenario, asked, Budget(replays=replays))
    assert found.replays == len(asked.asked) == replays
    assert not found.is_minimal
    assert is_needle(found.scenario)


def test_a_small_budget_is_spent_on_halves() -> None:
    late = among(NOISE, (28, 29, 30), CREATE, RELEASE, KILL)
    early = among(NOISE, (0, 1, 2), CREATE, RELEASE, KILL)
    assert len(shrink(late, is_needle, Budget(replays=2)).scenario.steps) == 15
    assert len(shrink(early, is_needle, Budget(replays=1)).scenario.steps) == 16
    assert len(shrink(late, is_needle, Budget(replays=6)).scenario.steps) <= 6
    assert len(shrink(early, is_needle, Budget(replays=6)).scenario.steps) <= 6


def test_time_is_asked_before_each_replay() -> None:
    asked = Replays(is_needle)
    scenario = among(NOISE, (5, 12, 22), CREATE, RELEASE, KILL)
    budget = Budget(replays=1000, is_over=lambda: len(asked.asked) >= 4)
    found = shrink(scenario, asked, budget)
    assert (found.replays, found.is_minimal) == (4, False)


def test_a_replay_that_breaks_ends_the_shrinking() -> None:
    def breaks(_: Scenario) -> bool:
        raise OSError("no processes left")

    with pytest.raises(OSError, match="no processes left"):
        shrink(Scenario(steps=NOISE), breaks, PLENTY)


@settings(max_examples=50)
@given(
    SCENARIOS, st.lists(st.sampled_from(["Create", "Release", "KillWorker", "Stop"]), max_size=3)
)
def test_nothing_more_can_be_taken_away(scenario: Scenario, wanted: list[str]) -> None:
    def fails(one: Scenario) -> bool:
        left = iter(kinds(one))
        return all(kind in left for kind in wanted) and len(togethers(one)) < 3

    scenario = tidy(scenario)
    if not fails(scenario):
        return
    found = shrunk(scenario, fails).scenario
    assert found == renamed(tidy(found))
    for reduction in REDUCTIONS:
        for part in reduction.parts(found):
            simpler = reduction.drop(found, [part])
            assert simpler == found or not fails(simpler)
    for where in positions(found):
        assert not fails(without(found, [where]))
