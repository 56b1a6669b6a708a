"""Shrinks a failing scenario: plays ever simpler ones as long as they fail.

On the scenario as data, not on what it was drawn from, after Zeller's ddmin: big cuts first,
so that a small budget (each replay of a hang costs its deadline) is spent well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic

import msgspec

from conformance.machines.reductions import REDUCTIONS, STEPS, PartT, Reduction, ScenarioT
from conformance.machines.renaming import renamed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.evidence.scenario import Scenario


def _never() -> bool:
    """Tell that time is not up."""
    return False


class Budget(msgspec.Struct, frozen=True):
    """How much shrinking may cost.

    Attributes:
        replays: how many scenarios to play at most.
        is_over: whether time is up; asked before each replay.
    """

    replays: int
    is_over: Callable[[], bool] = _never


class Shrunk(msgspec.Struct, Generic[ScenarioT], frozen=True):
    """What a scenario was shrunk to.

    Attributes:
        scenario: the simplest found that fails.
        replays: how many scenarios were played.
        is_minimal: whether nothing more can be taken away alone: no step, operation, gate,
            entry, setting or expectation. False if the budget ran out before that was seen.
    """

    scenario: ScenarioT
    replays: int
    is_minimal: bool


def shrink(
    scenario: Scenario, fails: Callable[[Scenario], bool], budget: Budget
) -> Shrunk[Scenario]:
    """Look for the simplest scenario of factories that still fails.

    Args:
        scenario: that fails; it is not played again.
        fails: plays a scenario and tells whether it fails in the same way. Never asked
            twice about equal scenarios. What it raises ends the shrinking.
        budget: how much it may cost.

    Returns:
        A scenario that fails, by plain names if the budget allows to confirm that it
        still does.
    """
    course = _Course(scenario, fails, budget)
    found = course.run(STEPS, REDUCTIONS)
    course.adopt(renamed(course.best))
    return Shrunk(course.best, course.replays, found.is_minimal)


def shrink_by(
    steps: Reduction[ScenarioT, Any],
    others: Sequence[Reduction[ScenarioT, Any]],
    scenario: ScenarioT,
    fails: Callable[[ScenarioT], bool],
    budget: Budget,
) -> Shrunk[ScenarioT]:
    """Look for the simplest scenario of any kind that still fails.

    Args:
        steps: leaves out steps.
        others: what can be made simpler besides.
        scenario: that fails; it is not played again.
        fails: as for `shrink`.
        budget: how much it may cost.

    Returns:
        A scenario that fails.
    """
    return _Course(scenario, fails, budget).run(steps, [steps, *others])


class _Course(Generic[ScenarioT]):
    """The simplest scenario so far, and all that were tried.

    Args:
        scenario: that fails.
        fails: tells whether another one does.
        budget: how much it may cost.

    Attributes:
        best: the simplest so far that fails.
        replays: how many were played.
        is_cut_short: whether one was not played for want of budget.
    """

    def __init__(
        self, scenario: ScenarioT, fails: Callable[[ScenarioT], bool], budget: Budget
    ) -> None:
        self.best = scenario
        self.replays = 0
        self.is_cut_short = False
        self._fails = fails
        self._budget = budget
        self._tried = [scenario]

    def run(
        self, steps: Reduction[ScenarioT, Any], all_of_them: Sequence[Reduction[ScenarioT, Any]]
    ) -> Shrunk[ScenarioT]:
        """Reduce steps by halves first: on those a small budget is best spent."""
        self.exhaust([steps], is_coarse=True)
        self.exhaust(all_of_them)
        return Shrunk(self.best, self.replays, is_minimal=not self.is_cut_short)

    def adopt(self, candidate: ScenarioT) -> None:
        """Take a scenario for the best if it is new, affordable, and fails."""
        if candidate in self._tried:
            return
        if self.is_cut_short or self.replays >= self._budget.replays or self._budget.is_over():
            self.is_cut_short = True
            return
        self._tried.append(candidate)
        self.replays += 1
        if self._fails(candidate):
            self.best = candidate

    def exhaust(
        self, reductions: Sequence[Reduction[ScenarioT, Any]], *, is_coarse: bool = False
    ) -> None:
        """Reduce again and again until nothing changes."""
        before = None
        while before is not self.best:
            before = self.best
            for one in reductions:
                self.reduce(one, is_coarse=is_coarse)

    def reduce(self, reduction: Reduction[ScenarioT, PartT], *, is_coarse: bool) -> None:
        """Simplify all parts, halves, quarters, ..., single ones; of a size, the last first."""
        count = len(reduction.parts(self.best))
        size = count if reduction.is_whole else (count + 1) // 2
        if reduction.is_single:
            size = min(count, 1)
        while size:
            for end in range(len(reduction.parts(self.best)), 0, -size):
                self._drop(reduction, end - size, end)
            size = 0 if is_coarse else size // 2

    def _drop(self, reduction: Reduction[ScenarioT, PartT], begin: int, end: int) -> None:
        """Try to simplify some parts; all of several only if that makes sense."""
        parts = reduction.parts(self.best)
        chosen = parts[max(begin, 0) : end]
        most = len(parts) if reduction.is_whole else max(1, len(parts) - 1)
        if 0 < len(chosen) <= most:
            self.adopt(reduction.drop(self.best, chosen))
