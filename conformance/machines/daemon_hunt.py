"""Lets the daemons' machine look for a failure, shortens what it finds, and sees it again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec
from hypothesis import given, seed

from conformance.drive.clock import Deadline
from conformance.errors import EnvironmentFault
from conformance.evidence.daemon_scenario import DaemonScenario, Origin
from conformance.machines.daemon_play import DaemonPlayed, play_daemon
from conformance.machines.daemon_reductions import NAMED, STEPS, WAYS
from conformance.machines.explore import settings_for
from conformance.machines.hunt import rounds, wrong_of
from conformance.machines.shrink import Budget, shrink_by
from conformance.plan.daemon_drawing import daemon_scenarios

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.evidence.findings import Finding
    from conformance.machines.arena import Arena
    from conformance.stage.opening import Search
    from conformance.stage.run import Run

#: Examples by effort; each starts a daemon.
EXAMPLES = {"quick": 5, "default": 15, "thorough": 600, "none": 0}
#: How long is waited for what must happen: while shortening, while drawing, and else.
_SHORTENING_S, _DRAWING_S, _FULL_S = 0.7, 2.5, 5.0
#: What shrinking may cost: replays and seconds.
_REPLAYS, _SHRINK_S = 50, 12.0
#: How often a failure is looked for again: a process may take a moment to end.
_TIMES = 3
#: How often is played what not every time shows.
_CHANCES = 30


class FoundOne(AssertionError):
    """An example has failed; the hunt holds it."""


class Caught(msgspec.Struct, frozen=True, kw_only=True):
    """A failure of a daemon, as short as it gets, and seen again.

    Attributes:
        scenario: with its origin.
        played: what the last play showed.
    """

    scenario: DaemonScenario
    played: DaemonPlayed


class DaemonHunt:
    """A search for a scenario that a daemon fails.

    Args:
        arena: where it plays.
        origin: who is judged, for the scenario's origin.

    Attributes:
        examples: how many were played.
        judged: clauses that had a say.
        explained: what was found that is recorded, or mere advice, first of each clause.
        unconfirmed: what was seen last and did not show again; empty if all did.
    """

    def __init__(self, arena: Arena, origin: Origin) -> None:
        self.examples = 0
        self.judged: set[str] = set()
        self.explained: dict[str, tuple[Finding, ...]] = {}
        self.unconfirmed = ""
        self._arena = arena
        self._origin = origin
        self._failing: DaemonScenario | None = None
        self._sought: tuple[Finding, ...] = ()

    def search(self, search: Search) -> Caught | None:
        """Look for a failure, as long as it is to be looked for.

        Args:
            search: how.

        Returns:
            What was found, shortened; None if nothing was.

        Raises:
            EnvironmentFault: if a failure did not show again, and no other was seen.
        """
        for number, most in rounds(search, EXAMPLES, lambda: self.examples):
            self._draw(most, number)
            caught = self._settle(self._failing, number) if self._failing else None
            if caught is not None:
                return caught
            self._failing = None
        if self.unconfirmed:
            raise EnvironmentFault(f"the daemons machine saw it, and not again: {self.unconfirmed}")
        return None

    def play(self, scenario: DaemonScenario, within_s: float = _FULL_S) -> DaemonPlayed:
        """Play a scenario on a stage of its own.

        Args:
            scenario: to be played.
            within_s: how long is waited for what must happen.

        Returns:
            What came of it.
        """
        with self._arena.stage() as stage:
            return play_daemon(scenario, stage, within_s)

    def _draw(self, examples: int, number: int | None) -> None:
        @settings_for(examples)
        @given(daemon_scenarios())
        def play_one(scenario: DaemonScenario) -> None:
            if self._failing is not None:
                raise FoundOne
            self._take(scenario, self.play(scenario, _DRAWING_S))

        try:
            (play_one if number is None else seed(number)(play_one))()
        except FoundOne:
            return

    def _take(self, scenario: DaemonScenario, played: DaemonPlayed) -> None:
        self.examples += 1
        self.judged |= played.judged
        if any(map(self._arena.counts, played.findings)):
            self._failing = msgspec.structs.replace(scenario, steps=played.steps)
            self._sought = played.findings
            self.unconfirmed = str(played.findings[0])
            raise FoundOne(str(played.findings[0]))
        for one in played.findings:
            self.explained.setdefault(one.clause, (one,))

    def _settle(self, failing: DaemonScenario, number: int | None) -> Caught | None:
        """Shorten a failure and see it again; None if it does not show again."""
        sought = self._sought
        shortest = shorten(failing, lambda one: self._fails(one, sought))
        for scenario in (shortest, failing):
            played = self._shown_again(scenario)
            if played is not None:
                self.unconfirmed = ""
                told = self._told(scenario, failing, played, number)
                return Caught(scenario=self._repeated(told), played=played)
        return None

    def _repeated(self, scenario: DaemonScenario) -> DaemonScenario:
        """Say how often it is to be played: often, if not every time shows the failure."""
        again = (self.play(scenario) for _ in range(_TIMES))
        if all(any(map(self._arena.counts, played.findings)) for played in again):
            return scenario
        return msgspec.structs.replace(scenario, repeat=_CHANCES)

    def _shown_again(self, scenario: DaemonScenario) -> DaemonPlayed | None:
        for _ in range(_TIMES):
            played = self.play(scenario)
            if any(map(self._arena.counts, played.findings)):
                return played
        return None

    def _fails(self, scenario: DaemonScenario, sought: tuple[Finding, ...]) -> bool:
        found = list(filter(self._arena.counts, self.play(scenario, _SHORTENING_S).findings))
        if not found or any(_is_like(one, sought) for one in found):
            return bool(found)
        # Something else is wrong: as good a failure, unless haste alone has shown it.
        return any(map(self._arena.counts, self.play(scenario).findings))

    def _told(
        self,
        scenario: DaemonScenario,
        failing: DaemonScenario,
        played: DaemonPlayed,
        number: int | None,
    ) -> DaemonScenario:
        wrongs = tuple(map(wrong_of, played.findings))
        origin = msgspec.structs.replace(
            self._origin, seed=number, shrunk_from=len(failing.steps), wrongs=wrongs
        )
        return msgspec.structs.replace(
            scenario,
            clauses=tuple(dict.fromkeys(one.clause for one in wrongs)),
            profile=self._arena.terms.profile.name,
            origin=origin,
        )


def _is_like(finding: Finding, sought: tuple[Finding, ...]) -> bool:
    """Tell whether this is what was found, though simpler steps may be another clause's."""
    return any(one.clause == finding.clause or one.wrong == finding.wrong for one in sought)


def origin_of(run: Run) -> Origin:
    """Tell who is judged, so that it can be judged again.

    Args:
        run: under way.

    Returns:
        The origin of what is found, as far as the run knows it.
    """
    asked = run.asked_daemon
    if asked is None:
        return Origin(implementation=run.name)
    python = "" if asked.python_exec == sys.executable else asked.python_exec
    return Origin(implementation=run.name, module=asked.module, python=python)


def shorten(failing: DaemonScenario, fails: Callable[[DaemonScenario], bool]) -> DaemonScenario:
    """Look for the simplest scenario that fails.

    Args:
        failing: a scenario that fails.
        fails: plays a scenario and tells whether it fails in the same way.

    Returns:
        The simplest that was found; no step of it can be left out alone, or made simpler, if
        the budget of replays and seconds was enough.
    """
    deadline = Deadline(_SHRINK_S)
    budget = Budget(_REPLAYS, lambda: deadline.is_over)
    return shrink_by(STEPS, (NAMED, WAYS), failing, fails, budget).scenario
