"""From a search to a verdict: let a machine look, shrink what it finds, confirm it, tell it."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import msgspec

from conformance.drive.clock import Deadline
from conformance.errors import EnvironmentFault, Undecided
from conformance.evidence.scenario import Origin, Scenario, Wrong
from conformance.machines.control import control_of, ways_to_control
from conformance.machines.explore import explore, settings_for
from conformance.machines.performance import FULL, SHRINKING, Pace
from conformance.machines.shrink import Budget, shrink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conformance.evidence.findings import Finding
    from conformance.machines.arena import Arena, Failure, Replayed
    from conformance.stage.opening import Search

#: Examples of a machine, by effort.
EXAMPLES = {"quick": 8, "default": 30, "thorough": 1000, "none": 0}
#: Examples by one seed while exploring: time is looked at in between.
_ROUND = 10
#: What shrinking may cost: replays and seconds.
_REPLAYS, _SHRINK_S = 200, 40.0
#: The same for a failure by which a call hangs: each replay costs its deadline.
_HANG_REPLAYS, _HANG_SHRINK_S = 14, 20.0
#: How often a scenario is played to see a race that no gate controls.
_CHANCES = 20


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A failure, as short as it gets, and seen again.

    Attributes:
        scenario: with its origin.
        replayed: what the last replay showed.
        after_s: seconds from the beginning of the search to the first failure.
        examples: how many examples were played until then.
        replays: how many scenarios were played to shrink it.
    """

    scenario: Scenario
    replayed: Replayed
    after_s: float
    examples: int
    replays: int


def hunt(arena: Arena, name: str, search: Search) -> Found | None:
    """Let a machine look for a failure, as long as it is to look.

    Args:
        arena: where it plays.
        name: of the machine.
        search: how it searches.

    Returns:
        What it found, shrunk and confirmed; None if it found nothing.

    Raises:
        EnvironmentFault: if it has seen a failure that did not show again, and no other;
            `Undecided` if not one example could be decided.
    """
    for failure, number in failures(arena, name, search):
        found = settle(arena, failure, name, number)
        if found is not None:
            return found
    if arena.unconfirmed:
        raise EnvironmentFault(
            f"the {name} machine saw it, and not again: {arena.unconfirmed[0].findings[0]}"
        )
    if arena.examples and arena.undecided == arena.examples:
        raise Undecided(f"the {name} machine could decide none of {arena.examples} examples")
    return None


def failures(arena: Arena, name: str, search: Search) -> Iterator[tuple[Failure, int | None]]:
    """Let a machine look for failures, as long as it is to look.

    Args:
        arena: where it plays; one that is given up stands there as unconfirmed.
        name: of the machine.
        search: how it searches.

    Yields:
        Each failure and the seed that led to it, None if none did; who asks for the next
        one gives it up.
    """
    for number, most in rounds(search, EXAMPLES, lambda: arena.examples):
        explore(arena, name, settings_for(most, search.examples_dir), number)
        if arena.failure is not None:
            yield arena.failure, number
            arena.go_on()


def rounds(
    search: Search, examples: Mapping[str, int], played: Callable[[], int]
) -> Iterator[tuple[int | None, int]]:
    """Divide a search into rounds, each by a seed of its own.

    Args:
        search: how long it goes on.
        examples: how many there are to be, by effort.
        played: tells how many there have been.

    Yields:
        The seed, None while exploring at random, and how many examples at most.
    """
    deadline = None if search.explore_s is None else Deadline(search.explore_s)
    for number in count(search.seed):
        most = _ROUND if deadline else examples[search.effort] - played()
        if most <= 0 or (deadline and deadline.is_over):
            return
        yield None if deadline else number, most


def settle(arena: Arena, failure: Failure, name: str, number: int | None) -> Found | None:
    """Shrink a failure and see it again, by the full deadlines.

    Args:
        arena: where it was found.
        failure: what was found.
        name: of the machine that found it.
        number: the seed; None if it was found at random.

    Returns:
        The failure, as short as it gets; None if it does not show again.
    """
    shortest, replays = failure.scenario, 0
    # Where the chance cannot be taken out of a long scenario it may be out of a short one.
    for _ in range(2):
        failing = _controlled(arena, shortest)
        if replays and failing is shortest:
            break
        shrunk = shrink(failing, *_means(arena, failing, failure.findings[0]))
        shortest, replays = shrunk.scenario, replays + shrunk.replays
        if control_of(shortest) != "chance":
            break
    for scenario in (shortest, failure.scenario):
        replayed = _shown_again(arena, scenario, FULL)
        if replayed is not None:
            told = _with_origin(arena, scenario, failure, replayed, name, number)
            return Found(
                scenario=told,
                replayed=replayed,
                after_s=failure.after_s,
                examples=failure.examples,
                replays=replays,
            )
    return None


def _means(
    arena: Arena, failing: Scenario, sought: Finding
) -> tuple[Callable[[Scenario], bool], Budget]:
    """Say how a failure is shrunk.

    Args:
        arena: where it was found.
        failing: the scenario that fails.
        sought: what was wrong.

    Returns:
        What tells whether a shorter scenario fails as well, and the budget.
    """
    is_hang = sought.wrong == "endless_calls"
    deadline = Deadline(_HANG_SHRINK_S if is_hang else _SHRINK_S)
    is_controlled = control_of(failing) != "chance"

    def is_same(finding: Finding) -> bool:
        # The clause depends on what was asked, which is what shrinking changes.
        return finding.wrong == sought.wrong or finding.clause == sought.clause

    def fails(scenario: Scenario) -> bool:
        if is_controlled and control_of(scenario) == "chance":
            return False  # shorter without its gates, but then chance decides
        replayed = _shown_again(arena, scenario, SHRINKING)
        if replayed is None or any(map(is_same, replayed.findings)):
            return replayed is not None
        if any(one.wrong == "endless_calls" for one in replayed.findings):
            return False
        # Something else is wrong: as good a failure, unless haste alone has shown it.
        return _shown_again(arena, scenario, FULL) is not None

    return fails, Budget(_HANG_REPLAYS if is_hang else _REPLAYS, lambda: deadline.is_over)


def _controlled(arena: Arena, scenario: Scenario) -> Scenario:
    """Look for gates that take chance out of a failure of callers at the same time.

    Args:
        arena: where it was found.
        scenario: that fails.

    Returns:
        The scenario with the first gates by which it fails, or as it was.
    """
    if control_of(scenario) != "chance":
        return scenario
    for gated in ways_to_control(scenario, arena.terms.profile):
        if any(map(arena.counts, arena.replay(gated, SHRINKING).findings)):
            return gated
    return scenario


def _shown_again(arena: Arena, scenario: Scenario, pace: Pace) -> Replayed | None:
    """Play a failure again; what cannot be decided does not show it."""
    try:
        return replay_until(arena, scenario, pace, arena.counts)
    except Undecided:
        return None


def replay_until(
    arena: Arena, scenario: Scenario, pace: Pace, is_sought: Callable[[Finding], bool] = bool
) -> Replayed | None:
    """Play a scenario, more often if chance has a hand in it, until it fails.

    Args:
        arena: where to play.
        scenario: to be played.
        pace: how long is waited.
        is_sought: tells whether a finding will do; any does by default, a recorded one too.

    Returns:
        What the failing replay showed; None if there was none.

    Raises:
        Undecided: if there was none, and one of them proves nothing.
    """
    undecided = ""
    for _ in range(max(scenario.repeat, _CHANCES if control_of(scenario) == "chance" else 1)):
        replayed = arena.replay(scenario, pace)
        if any(map(is_sought, replayed.findings)):
            return replayed
        undecided = undecided or replayed.undecided
    if undecided:
        raise Undecided(undecided)
    return None


def _with_origin(  # noqa: PLR0913, PLR0917 - each is one line of the origin
    arena: Arena,
    scenario: Scenario,
    failure: Failure,
    replayed: Replayed,
    name: str,
    number: int | None,
) -> Scenario:
    wrongs = tuple(map(wrong_of, replayed.findings))
    control = control_of(scenario)
    return msgspec.structs.replace(
        scenario,
        clauses=tuple(dict.fromkeys(one.clause for one in wrongs)),
        profile=arena.terms.profile.name,
        repeat=_CHANCES if control == "chance" else 1,
        origin=Origin(
            machine=name,
            seed=number,
            shrunk_from=failure.scenario.length,
            control=control,
            implementation=arena.run.name,
            wrongs=wrongs,
        ),
    )


def wrong_of(finding: Finding) -> Wrong:
    """Tell a finding as scenarios do.

    Args:
        finding: with its clause.

    Returns:
        The same, as data of a scenario.
    """
    return Wrong(
        clause=finding.clause,
        wrong=finding.wrong,
        expected=finding.expected,
        actual=finding.actual,
    )
