"""Scenarios for tests: drawn, tidy or not, and one written by hand."""

from __future__ import annotations

from hypothesis import strategies as st

from conformance.evidence.scenario import (
    Arm,
    Cease,
    Create,
    Exchange,
    Expectation,
    FactorySettings,
    Gate,
    KillDaemon,
    KillWorker,
    Release,
    Scenario,
    Stop,
    StopWorker,
    Together,
)
from conformance.machines.tidying import Deed, branches_of

NOISE = tuple(
    step
    for number in range(10)
    for name in [f"noise{number}"]
    for step in (Create(worker=name), Exchange(worker=name), StopWorker(worker=name))
)
RACE = Together(
    branches=(
        (Create(worker="a"), Release(worker="a")),
        (Create(worker="b"), StopWorker(worker="b"), Release(worker="b")),
        (Create(worker="c"), StopWorker(worker="c")),
    ),
    gates=(Gate(name="door", point="accept"), Gate(name="gate", point="announce")),
    schedule=("b1", "b2", "door", "b2", "b3", "gate", "b1"),
)
CROWDED = Scenario(steps=(*NOISE[:9], RACE, *NOISE[9:12]))


def deeds(scenario: Scenario) -> list[Deed]:
    return [one for step in scenario.steps for branch in branches_of(step) for one in branch]


def kinds(scenario: Scenario) -> list[str]:
    return [type(one).__name__ for one in deeds(scenario)]


def togethers(scenario: Scenario) -> list[Together]:
    return [one for one in scenario.steps if isinstance(one, Together)]


WORKERS = st.sampled_from(["a", "b", "c", "w2"])
FACTORIES = st.sampled_from(["f1", "f2", "left"])
EXPECTATIONS = st.none() | st.builds(
    Expectation,
    starts=st.none() | st.just(1),
    same_as=st.none() | WORKERS,
    kill_requests=st.none() | st.lists(WORKERS, max_size=2).map(tuple),
)
ASKED = st.one_of(
    st.builds(Create, worker=WORKERS, factory=FACTORIES, expect=EXPECTATIONS),
    st.builds(Release, worker=WORKERS, expect=EXPECTATIONS),
    st.builds(StopWorker, worker=WORKERS, expect=EXPECTATIONS),
    st.builds(Stop, factory=FACTORIES, expect=EXPECTATIONS),
)
GATES = st.builds(
    Gate,
    name=st.sampled_from(["g1", "g2", "door"]),
    point=st.sampled_from(["start", "accept"]),
    factory=FACTORIES,
)
STEPS = st.one_of(
    ASKED,
    st.builds(Exchange, worker=WORKERS, expect=EXPECTATIONS),
    st.builds(KillDaemon, factory=FACTORIES),
    st.builds(KillWorker, worker=WORKERS),
    st.builds(Arm, fault=st.just("accept=reset"), times=st.integers(1, 3), factory=FACTORIES),
    st.builds(Cease, factory=FACTORIES),
    st.builds(
        Together,
        branches=st.lists(st.lists(ASKED, max_size=3).map(tuple), max_size=3).map(tuple),
        gates=st.lists(GATES, max_size=2, unique_by=lambda one: one.name).map(tuple),
        schedule=st.lists(
            st.sampled_from(["b1", "b2", "b3", "b4", "g1", "g2", "door"]), max_size=6
        ).map(tuple),
    ),
)
SETTINGS = st.builds(
    FactorySettings,
    use_daemon=st.booleans(),
    idle_worker_max_pool_size=st.none() | st.integers(1, 2),
    python=st.sampled_from(["first", "second"]),
    env=st.dictionaries(st.sampled_from(["A", "B"]), st.just("1")),
)
SCENARIOS = st.builds(
    Scenario,
    factories=st.dictionaries(st.sampled_from(["f1", "f2"]), SETTINGS, min_size=1),
    steps=st.lists(STEPS, max_size=8).map(tuple),
)
