"""What scenarios expect, and callers at the same time, both played on the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.evidence.scenario import (
    AnyStep,
    Arm,
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
from conformance.machines.arena import Arena
from conformance.machines.crossing import Crossed, Crossing
from conformance.machines.performance import FULL, Performance
from conformance.stage.opening import Wanted, open_run

if TYPE_CHECKING:
    from collections.abc import Iterator

REFERENCE = "py:reference_impl:make"
W1 = Create(worker="w1")


@pytest.fixture(scope="module")
def arena() -> Iterator[Arena]:
    opened = open_run(Wanted(impl=REFERENCE))
    try:
        yield Arena(opened.run, opened.ledger.terms)
    finally:
        opened.run.close()


# -- expectations ---------------------------------------------------------------------------


def create(name: str = "w1", **expect: object) -> Create:
    return Create(worker=name, expect=Expectation(**expect))  # type: ignore[arg-type]


def judged(arena: Arena, *steps: AnyStep, clauses: tuple[str, ...] = ()) -> list[str]:
    """What is wrong: clause, expected, actual."""
    replayed = arena.replay(Scenario(clauses=clauses, steps=steps), FULL)
    for one in replayed.findings:
        assert one.wrong == "failed_expectations"
    return [f"{one.clause}: {one.expected}; {one.actual}" for one in replayed.findings]


CLOSES = Arm(fault="accept=close")
AGAIN = (W1, Release(worker="w1"))


@pytest.mark.parametrize(
    "steps",
    [
        (create(outcome="returns", starts=1, connections=1, kill_requests=()),),
        (CLOSES, create(outcome="raises", counts_as=("end_of_stream", "other"), starts=1)),
        (*AGAIN, create("w2", same_as="w1", starts=0, connections=0)),
        (W1, StopWorker(worker="w1", expect=Expectation(kill_requests=("w1",)))),
        (W1, Exchange(worker="w1", expect=Expectation(outcome="returns"))),
        (W1, KillWorker(worker="w1"), Exchange(worker="w1", expect=Expectation(outcome="raises"))),
        (W1, Stop(expect=Expectation(outcome="returns", kill_requests=()))),
        (W1, Release(worker="w1", expect=Expectation(outcome="returns", connections=0))),
    ],
)
def test_what_is_expected_and_comes_is_nothing_wrong(
    arena: Arena, steps: tuple[AnyStep, ...]
) -> None:
    assert judged(arena, *steps) == []


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ((create(outcome="raises"),), "raises; returned"),
        ((CLOSES, create(outcome="returns")), "returns; EndOfStream"),
        ((CLOSES, create(counts_as=("authentication",))), "authentication; end_of_stream"),
        ((create(counts_as=("socket_error", "other")),), "socket_error or other; no error"),
        ((W1, create("w2", same_as="w1")), "the same worker as w1; pid "),
        ((create(starts=2),), "2 starts; 1"),
        ((*AGAIN, create("w2", connections=1)), "1 connections; 0"),
        (
            (W1, StopWorker(worker="w1", expect=Expectation(kill_requests=()))),
            "kill requests for nobody: []; [",
        ),
        (
            (W1, Release(worker="w1", expect=Expectation(kill_requests=("w1",)))),
            "kill requests for w1: [",
        ),
        ((W1, Exchange(worker="w1", expect=Expectation(outcome="raises"))), "raises; returned"),
        ((W1, Stop(expect=Expectation(outcome="raises"))), "raises; returned"),
        (
            (Together(branches=((create(outcome="raises"),), (create("w2"),))),),
            "raises; returned",
        ),
    ],
)
def test_what_is_expected_and_does_not_come_is_told(
    arena: Arena, steps: tuple[AnyStep, ...], told: str
) -> None:
    (only,) = judged(arena, *steps)
    assert only.startswith(f"F-CONC-01: {told}")


def test_what_fails_is_put_down_to_what_the_scenario_is_about(arena: Arena) -> None:
    told = judged(arena, create(starts=2, connections=3), clauses=("F-POOL-02", "F-POOL-01"))
    assert told == ["F-POOL-02: 2 starts; 1", "F-POOL-02: 3 connections; 1"]


def test_nothing_is_done_after_the_first_wrong(arena: Arena) -> None:
    told = judged(arena, create(starts=2), create("w2", starts=3))
    assert told == ["F-CONC-01: 2 starts; 1"]


# -- callers at the same time ---------------------------------------------------------------

G1 = Gate(name="g1", point="acknowledge")
W2, W3 = Create(worker="w2"), Create(worker="w3")


class Seen:
    """What came of a Together: its calls by the name of their worker."""

    def __init__(self, crossed: list[Crossed], tickets: list[str], gates: set[str]) -> None:
        self.calls = {getattr(one.operation, "worker", "stop"): one for one in crossed}
        self.answers = list(self.calls)
        self.tickets = tickets
        self.gates = gates

    def overlap(self, one: str, other: str) -> bool:
        first, second = self.calls[one], self.calls[other]
        assert first.end is not None
        assert second.end is not None
        return first.begin < second.end and second.begin < first.end


def cross(arena: Arena, together: Together, *before: AnyStep) -> Seen:
    """Perform some creates and releases, then a Together, and one more create."""
    with arena.stage() as stage:
        performance = Performance(stage, {"f1": FactorySettings()})
        for step in before:
            assert isinstance(step, Create | Release)
            performance.perform(step)
        seen = Crossing(performance, together).perform()
        last = performance.perform(Create(worker="last"))
        tickets = [one.name for one in performance.props["f1"].directory.glob("ticket.*")]
        performance.close()
    assert last is not None
    assert last.answered_pid is not None
    return Seen(seen, tickets, performance.watch.gates)


def test_who_is_held_answers_after_those_who_are_not(arena: Arena) -> None:
    pair = Together(
        branches=((W2,), (Release(worker="w1"),)), gates=(G1,), schedule=("b1", "b2", "g1")
    )
    seen = cross(arena, pair, W1)
    assert seen.answers == ["w1", "w2"]
    assert seen.overlap("w1", "w2")
    assert seen.gates == {"g1"}


def test_a_move_that_is_not_possible_yet_is_put_off(arena: Arena) -> None:
    """The gate comes first in the schedule, but nobody stands there before the first caller."""
    pair = Together(
        branches=((W2,), (Release(worker="w1"),)), gates=(G1,), schedule=("g1", "b1", "b2")
    )
    seen = cross(arena, pair, W1)
    assert seen.answers == ["w2", "w1"]
    assert not seen.overlap("w1", "w2")


def test_a_caller_asks_one_thing_after_the_other(arena: Arena) -> None:
    pair = Together(
        branches=((W2, Release(worker="w2")), (W3,)), gates=(G1,), schedule=("b1", "b1", "b2", "g1")
    )
    with arena.stage() as stage:
        performance = Performance(stage, {"f1": FactorySettings()})
        crossed = Crossing(performance, pair).perform()
        performance.close()
    mine = [one for one in crossed if getattr(one.operation, "worker", "") == "w2"]
    assert [type(one.operation) for one in mine] == [Create, Release]
    assert mine[0].end is not None
    assert mine[0].end < mine[1].begin
    assert len(crossed) == 3


def test_a_gate_that_nobody_comes_to_stops_nobody_later(arena: Arena) -> None:
    """The daemon has announced its port long before; the next one passes."""
    late = Gate(name="g1", point="announce")
    pair = Together(branches=((W2,), (W3,)), gates=(late,), schedule=("b1", "g1", "b2"))
    seen = cross(arena, pair, W1)
    assert sorted(seen.answers) == ["w2", "w3"]
    assert (seen.tickets, seen.gates) == ([], set())


def test_without_a_schedule_all_begin_at_once(arena: Arena) -> None:
    seen = cross(arena, Together(branches=((W1,), (W2,), (W3,))))
    assert sorted(seen.answers) == ["w1", "w2", "w3"]
    assert sorted(one.begin for one in seen.calls.values()) == [1, 2, 3]
    assert seen.overlap("w1", "w2")


def test_what_is_left_out_of_the_schedule_is_done_all_the_same(arena: Arena) -> None:
    pair = Together(branches=((W1,), (W2, W3)), gates=(G1,), schedule=("b1",))
    seen = cross(arena, pair)
    assert sorted(seen.answers) == ["w1", "w2", "w3"]


def test_what_makes_no_sense_is_not_asked(arena: Arena) -> None:
    pair = Together(branches=((Release(worker="w9"), W1), (StopWorker(worker="w8"),)))
    assert cross(arena, pair).answers == ["w1"]


# -- what a failure is put down to ----------------------------------------------------------


def test_a_fault_that_did_not_strike_explains_no_failure() -> None:
    """A start that would fail allows a create() to fail, but only once it has been."""
    opened = open_run(Wanted(impl="mutant:discard_needs_daemon", profile="spark-4.3"))
    steps = (
        W1,
        Create(worker="w2"),
        Release(worker="w1"),
        Release(worker="w2"),
        KillWorker(worker="w1"),
        KillDaemon(),
        Arm(fault="start=exit:3"),
        Create(worker="w3"),
    )
    try:
        replayed = Arena(opened.run, opened.ledger.terms).replay(Scenario(steps=steps), FULL)
    finally:
        opened.run.close()
    assert [(one.clause, one.wrong) for one in replayed.findings] == [
        ("F-POOL-16", "failures_to_return")
    ]
