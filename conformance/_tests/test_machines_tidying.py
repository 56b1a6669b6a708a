"""What is left of a scenario that was cut, and its plain names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from hypothesis import given, strategies as st

from conformance.evidence.scenario import (
    Create,
    Expectation,
    FactorySettings,
    KillDaemon,
    Scenario,
)
from conformance.machines.renaming import renamed
from conformance.machines.tidying import branches_of, positions, tidy, without

from .drawn_scenarios import CROWDED, RACE, SCENARIOS, deeds, kinds, togethers

if TYPE_CHECKING:
    from conformance.evidence.scenario import AnyStep


def made(step: AnyStep) -> set[str]:
    return {one.worker for branch in branches_of(step) for one in branch if isinstance(one, Create)}


@given(SCENARIOS)
def test_tidy_leaves_what_can_be_done(scenario: Scenario) -> None:
    left = tidy(scenario)
    assert tidy(left) == left
    assert set(left.factories) <= set(scenario.factories)
    assert left.factories
    known: set[str] = set()
    for step in left.steps:
        known |= made(step)
        for one in (one for branch in branches_of(step) for one in branch):
            assert getattr(one, "factory", "f1") in left.factories or not hasattr(one, "factory")
            assert not hasattr(one, "worker") or one.worker in known
            expect = getattr(one, "expect", None) or Expectation()
            assert {*filter(None, [expect.same_as]), *(expect.kill_requests or ())} <= known
            assert getattr(one, "expect", None) != Expectation()


@given(SCENARIOS)
def test_tidy_leaves_schedules_that_can_be_kept(scenario: Scenario) -> None:
    for one in togethers(tidy(scenario)):
        assert len(one.branches) > 1
        assert all(one.branches)
        names = {gate.name for gate in one.gates}
        lengths = {f"b{number}": len(branch) for number, branch in enumerate(one.branches, 1)}
        assert set(one.schedule) <= names | set(lengths)
        for entry in one.schedule:
            assert one.schedule.count(entry) <= lengths.get(entry, 1)


def test_entries_go_with_what_they_begin() -> None:
    at = CROWDED.steps.index(RACE)
    left = without(CROWDED, [(at, 0, 0), (at, 0, 1), (at, 1, 1)])
    (race,) = togethers(left)
    assert race.branches == ((RACE.branches[1][0], RACE.branches[1][2]), RACE.branches[2])
    assert race.schedule == ("b1", "door", "b2", "gate")


@given(SCENARIOS, st.data())
def test_cutting_takes_away(scenario: Scenario, data: st.DataObject) -> None:
    every = positions(scenario)
    assert len(every) == scenario.length
    dropped = data.draw(st.sets(st.sampled_from(every))) if every else set()
    left = without(scenario, dropped)
    assert left.length <= scenario.length - len(dropped)
    rest = iter(kinds(scenario))
    assert all(kind in rest for kind in kinds(left))


@given(SCENARIOS)
def test_names_are_only_names(scenario: Scenario) -> None:
    scenario = tidy(scenario)
    plain = renamed(scenario)
    assert renamed(plain) == plain
    assert kinds(plain) == kinds(scenario)
    assert sorted(plain.factories) == [f"f{at}" for at in range(1, len(scenario.factories) + 1)]
    assert msgspec.json.decode(msgspec.json.encode(plain), type=Scenario) == plain
    old, new = named(scenario, "worker"), named(plain, "worker")
    assert list(dict.fromkeys(new)) == [f"w{at}" for at in range(1, len(set(old)) + 1)]
    assert len(set(zip(old, new, strict=True))) == len(set(old))
    for before, after in zip(named(scenario, "factory"), named(plain, "factory"), strict=True):
        assert plain.factories[after] == scenario.factories[before]


def named(scenario: Scenario, kind: str) -> list[str]:
    return [getattr(one, kind) for one in deeds(scenario) if hasattr(one, kind)]


def test_defaults_are_left_out_of_files() -> None:
    steps = (Create(worker="a", factory="one"), KillDaemon(factory="one"))
    plain = renamed(Scenario(steps=steps, factories={"one": FactorySettings()}))
    assert b'"factory"' not in msgspec.json.encode(plain)


def test_gates_are_renamed_in_their_schedule() -> None:
    (race,) = togethers(renamed(CROWDED))
    assert [one.name for one in race.gates] == ["g1", "g2"]
    assert race.schedule == ("b1", "b2", "g1", "b2", "b3", "g2", "b1")
