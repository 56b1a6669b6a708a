"""Where examples are played: each on a stage of its own, with what came of all of them."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from conformance.check.verdicts import Established, Terms, is_failure
from conformance.drive.clock import now_s
from conformance.evidence.findings import Finding  # noqa: TC001 - msgspec reads it
from conformance.evidence.history import History
from conformance.evidence.scenario import Scenario
from conformance.machines.performance import DRAWING, Pace
from conformance.machines.play import Play, play
from conformance.stage.record import Record
from conformance.stage.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from conformance.evidence.scenario import FactorySettings
    from conformance.stage.run import Run


class FailureFound(AssertionError):
    """A machine has found a failure; the arena holds it."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that fails.

    Attributes:
        scenario: up to the step that failed.
        findings: what was wrong.
        after_s: seconds from the beginning of the search.
        examples: how many examples were played until then.
        history: what was seen then, for a failure that may not show again.
    """

    scenario: Scenario
    findings: tuple[Finding, ...]
    after_s: float
    examples: int
    history: History = History()


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What one replay of a scenario showed.

    Attributes:
        findings: what was wrong, each with its clause.
        history: what the fakes and the suite saw.
        stderr: the end of what the adapter wrote to its standard error.
        undecided: why it proves nothing; empty if it does.
    """

    findings: tuple[Finding, ...]
    history: History
    stderr: str
    undecided: str


class Arena:
    """Plays examples on one implementation and keeps count.

    Args:
        run: whose implementation is played against.
        terms: by what it is judged.

    Attributes:
        run: whose implementation is played against.
        terms: by what it is judged.
        examples: how many were played.
        steps: how many steps they had in all.
        undecided: how many of them prove nothing.
        judged: clauses that had a say.
        known: how often an example ended at a deviation that is recorded, or at mere
            advice, by clause.
        explained: the first example of each of these.
        failure: what was found, if anything.
        unconfirmed: what was found before, and did not show again.
    """

    def __init__(self, run: Run, terms: Terms) -> None:
        self.run = run
        self.terms = terms
        self.examples = 0
        self.steps = 0
        self.undecided = 0
        self.judged: set[str] = set()
        self.known: Counter[str] = Counter()
        self.explained: dict[str, Failure] = {}
        self.failure: Failure | None = None
        self.unconfirmed: list[Failure] = []
        self._began_s = now_s()

    @contextmanager
    def example(
        self, factories: Mapping[str, FactorySettings], pace: Pace = DRAWING
    ) -> Generator[Play]:
        """Play one example; what it shows is kept when it ends.

        Args:
            factories: by name, with their settings.
            pace: how long is waited.

        Yields:
            The play.

        Raises:
            FailureFound: if it shows a failure.
        """
        with self.stage() as stage:
            playing = Play(stage, self.terms.profile, factories, pace)
            try:
                yield playing
                playing.finish()
            finally:
                playing.close()
            history = stage.history if playing.findings else History()
        self.examples += 1
        self.steps += len(playing.steps)
        if playing.undecided:
            self.undecided += 1
            return
        self.judged |= playing.judged
        if playing.findings:
            played = Scenario(factories=dict(factories), steps=tuple(playing.steps))
            self._take(played, playing, history)

    def go_on(self) -> None:
        """Search on after a failure that did not show again."""
        if self.failure is not None:
            self.unconfirmed.append(self.failure)
            self.failure = None

    def _take(self, scenario: Scenario, playing: Play, history: History) -> None:
        failure = Failure(
            scenario=scenario,
            findings=tuple(playing.findings),
            after_s=now_s() - self._began_s,
            examples=self.examples,
            history=history,
        )
        if any(self.counts(one) for one in failure.findings):
            self.failure = failure
            raise FailureFound(str(failure.findings[0]))
        for one in failure.findings:
            self.known[one.clause] += 1
            self.explained.setdefault(one.clause, failure)

    def replay(self, scenario: Scenario, pace: Pace) -> Replayed:
        """Play a scenario again, and keep what was seen.

        Args:
            scenario: to be played.
            pace: how long is waited.

        Returns:
            What it showed.
        """
        with self.stage() as stage:
            played = play(scenario, stage, self.terms.profile, pace)
            return Replayed(
                findings=played.findings,
                history=stage.history,
                stderr=stage.read_stderr(),
                undecided=played.undecided,
            )

    @contextmanager
    def stage(self) -> Generator[Stage]:
        """Open a stage of its own for one example.

        Yields:
            The stage; afterwards every process of it is ended.
        """
        profile = self.terms.profile
        stage = Stage(self.run, profile, Record((), profile), self.run.next_number())
        try:
            yield stage
        finally:
            stage.close()

    def counts(self, finding: Finding) -> bool:
        """Tell whether a finding is a failure.

        Args:
            finding: with its clause.

        Returns:
            Whether it is neither recorded, nor mere advice, nor outside the profile.
        """
        entry = Established(
            test="", claimed=(finding.clause,), findings={finding.clause: (finding,)}
        )
        return is_failure(finding.clause, entry, self.terms)
