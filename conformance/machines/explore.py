"""Lets a machine look for a failure: so many examples, by a seed or at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.stateful import run_state_machine_as_test

from conformance.machines.arena import FailureFound
from conformance.machines.draws import BACKEND
from conformance.machines.rules import MACHINES, Machine
from conformance.plan.drawing import scenarios
from conformance.plan.repertoire import REPERTOIRES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.evidence.scenario import Scenario
    from conformance.machines.arena import Arena
    from conformance.plan.repertoire import Repertoire

T = TypeVar("T", bound="Callable[..., Any]")

#: How many bouts a sequence of a machine has at most.
STEPS = 12
#: How many steps come each time before callers are at work at the same time.
BEFORE = 3


def settings_for(examples: int, database: Path | None = None) -> settings:
    """Choose how Hypothesis searches: it draws, and the shrinking is ours.

    Args:
        examples: how many.
        database: where examples are kept between searches; none are if None.

    Returns:
        Its settings.
    """
    phases = [Phase.generate] if database is None else [Phase.reuse, Phase.generate]
    return settings(
        backend=BACKEND,
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=False,  # Hypothesis would, where CI is set; the seed is ours
        phases=phases,
        database=None if database is None else DirectoryBasedExampleDatabase(database),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
            HealthCheck.large_base_example,
        ],
    )


def explore(arena: Arena, name: str, how: settings, number: int | None) -> None:
    """Let a machine play until it has found a failure or has had its examples.

    Args:
        arena: where it plays; holds what it finds.
        name: of the machine.
        how: Hypothesis' settings.
        number: the seed; None for a search at random.
    """
    try:
        if name in MACHINES:
            run_state_machine_as_test(_seeded(_bound(arena, name), number), settings=how)
        else:
            _explore_plans(arena, REPERTOIRES[name], how, number)
    except FailureFound:
        return


def _bound(arena: Arena, name: str) -> type:
    """A class of the machine's own that knows its arena."""
    kind = MACHINES[name]

    def begin(self: Machine) -> None:
        kind.__init__(self, arena)

    return type(kind.__name__, (kind,), {"__init__": begin})


def _seeded(test: T, number: int | None) -> T:
    return test if number is None else seed(number)(test)


def _explore_plans(arena: Arena, repertoire: Repertoire, how: settings, number: int | None) -> None:
    """Draw whole scenarios first, then play each."""

    @how
    @given(scenarios(repertoire, arena.terms.profile, BEFORE))
    def play_one(scenario: Scenario) -> None:
        if arena.failure is not None:
            raise FailureFound
        with arena.example(scenario.factories) as playing:
            for step in scenario.steps:
                playing.do(step)

    _seeded(play_one, number)()
