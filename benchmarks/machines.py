"""Machines against a bare loop: round by round, the same operations on both sides."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmarks.bare import BareLoop
from benchmarks.results import Comparison, Round
from conformance.drive.clock import now_s
from conformance.errors import SuiteError
from conformance.evidence.scenario import Scenario
from conformance.machines.arena import Arena
from conformance.machines.explore import explore, settings_for
from conformance.machines.performance import DRAWING, Pace
from conformance.stage.opening import Wanted, open_run

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from conformance.check.verdicts import Terms
    from conformance.evidence.scenario import FactorySettings
    from conformance.machines.play import Play
    from conformance.stage.run import Run

#: Those whose callers come one after the other, as those of a bare loop do.
MACHINES = ("lifecycle", "faults", "simple", "lives")
#: Examples before the first round, for caches, compiled modules and a JVM's compiler.
_WARMING = 3


class _Recorder(Arena):
    """Keeps what it played."""

    def __init__(self, run: Run, terms: Terms) -> None:
        super().__init__(run, terms)
        self.played: list[Scenario] = []

    @contextmanager
    def example(
        self, factories: Mapping[str, FactorySettings], pace: Pace = DRAWING
    ) -> Generator[Play]:
        with super().example(factories, pace) as playing:
            yield playing
        self.played.append(Scenario(factories=dict(factories), steps=tuple(playing.steps)))


def compare(impl: str, label: str, rounds: int, examples: int) -> list[Comparison]:
    """Let every machine play, and a bare loop what it played.

    Args:
        impl: KIND:ID of the implementation.
        label: for the table.
        rounds: how many.
        examples: how many a round and machine.

    Returns:
        One comparison a machine: seconds a step.

    Raises:
        SuiteError: if a machine finds a failure, which would end a round early.
    """
    opened = open_run(Wanted(impl=impl))
    terms = opened.ledger.terms
    try:
        bare = BareLoop(opened.run, terms.profile.name)
        return [
            _compare(_Recorder(opened.run, terms), bare, (label, name), rounds, examples)
            for name in MACHINES
        ]
    finally:
        opened.run.close()


def _compare(
    model: _Recorder, bare: BareLoop, names: tuple[str, str], rounds: int, examples: int
) -> Comparison:
    label, name = names
    found = Comparison(
        name=f"{label}, {name}", ours="machine", other="bare loop", telling="steps/s"
    )
    played, took_s = 0, 0.0
    explore(model, name, settings_for(_WARMING), 0)
    for number in range(1, rounds + 1):
        arena = _Recorder(model.run, model.terms)
        began_s = now_s()
        explore(arena, name, settings_for(examples), number)
        ours_s = now_s() - began_s
        if arena.failure is not None:
            raise SuiteError(f"{name} has found a failure: {arena.failure.findings[0]}")
        began_s = now_s()
        for scenario in arena.played:
            bare.play(scenario)
        other_s = now_s() - began_s
        found.rounds.append(Round(ours_s / arena.steps, other_s / arena.steps))
        played, took_s = played + arena.examples, took_s + ours_s
    found.remark = f"{played / took_s:.1f} examples/s"
    return found
