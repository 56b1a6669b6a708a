"""A scenario in words."""

from __future__ import annotations

from conformance.evidence.scenario import (
    Arm,
    Cease,
    Create,
    Exchange,
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
from conformance.machines.story import phrases, tell

RACE = Together(
    branches=((Create(worker="w2"), Release(worker="w2")), (Create(worker="w3"),)),
    gates=(Gate(name="g1", point="announce"),),
    schedule=("b1", "b2", "g1"),
)


def test_every_step_has_its_words() -> None:
    steps = (
        Create(worker="w1"),
        Exchange(worker="w1"),
        Arm(fault="accept=reset", times=2),
        Arm(fault="accept=close"),
        Cease(),
        KillWorker(worker="w1"),
        KillDaemon(),
        StopWorker(worker="w1"),
        Stop(),
    )
    assert phrases(Scenario(steps=steps)) == (
        "create w1",
        "exchange w1",
        "arm accept=reset ×2",  # noqa: RUF001 - a sign
        "arm accept=close",
        "cease faults",
        "kill worker w1",
        "kill daemon",
        "stopWorker w1",
        "stop",
    )


def test_callers_at_work_at_the_same_time() -> None:
    simple = Together(branches=((Create(worker="w2"),), (Create(worker="w3"),)))
    scenario = Scenario(steps=(Create(worker="w1"), Release(worker="w1"), simple))
    assert tell(scenario) == ("create w1 · release w1 · create w2 ∥ create w3",)
    words = "create w2, release w2 ∥ create w3 [g1 at announce: b1, b2, g1]"
    assert phrases(Scenario(steps=(RACE,))) == (words,)


def test_factories_are_named_only_if_there_are_several() -> None:
    two = {"f1": FactorySettings(), "f2": FactorySettings()}
    steps = (Create(worker="w1", factory="f2"), Release(worker="w1"), KillDaemon())
    assert tell(Scenario(factories=two, steps=steps)) == (
        "create w1 of f2 · release w1 · kill daemon of f1",
    )
    assert phrases(Scenario(factories=two, steps=(RACE,)))[0].endswith(
        "[g1 at announce of f1: b1, b2, g1]"
    )


def test_lines_are_no_wider_than_asked_for() -> None:
    steps = tuple(Create(worker=f"w{number}") for number in range(5))
    lines = tell(Scenario(steps=steps), width=24)
    assert lines == ("create w0 · create w1", "create w2 · create w3", "create w4")
    assert tell(Scenario()) == ()
