"""Plays a scenario on a stage: performs each step, judges it, and stops at the first wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.errors import Undecided, Unobservable
from conformance.evidence.findings import Finding, put_down_to
from conformance.evidence.scenario import (
    AnyStep,
    Arm,
    Cease,
    KillDaemon,
    KillWorker,
    Operation,
    Together,
)
from conformance.machines.crossing import Crossing
from conformance.machines.expecting import (
    counts,
    expectation_of,
    failed_counts,
    failed_expectations,
)
from conformance.machines.performance import FULL, Pace, Performance
from conformance.machines.referee import Referee
from conformance.machines.story import phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.contract.profiles import Profile
    from conformance.evidence.scenario import FactorySettings, Scenario
    from conformance.stage.stage import Stage


#: The finding that a call gave no answer.
_ENDLESS = "endless_calls"


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a scenario.

    Attributes:
        findings: what was wrong, each with its clause; nothing if all was well.
        steps: how many steps were performed.
        judged: clauses that had a say.
        undecided: why it proves nothing; empty if it does.
    """

    findings: tuple[Finding, ...]
    steps: int
    judged: frozenset[str]
    undecided: str


class Play:
    """A scenario being played, step by step; close it in the end.

    Args:
        stage: on which it is played.
        profile: by which it is judged.
        factories: by name, with their settings.
        pace: how long is waited.

    Attributes:
        findings: what was wrong so far; nothing is done once there are any.
        steps: those performed.
        about: clause that failed expectations are put down to.
        undecided: why it proves nothing; empty if it does. Nothing is done any more then.
    """

    def __init__(
        self,
        stage: Stage,
        profile: Profile,
        factories: Mapping[str, FactorySettings],
        pace: Pace = FULL,
    ) -> None:
        self.findings: list[Finding] = []
        self.steps: list[AnyStep] = []
        self.about = "F-CONC-01"
        self.undecided = ""
        self._has_several = len(factories) > 1
        self._performance = Performance(stage, factories, pace)
        self._referee = Referee(self._performance, profile)

    @property
    def judged(self) -> frozenset[str]:
        """Clauses that had a say so far."""
        return self._referee.judged

    def do(self, step: AnyStep) -> None:
        """Perform a step and judge it.

        Args:
            step: to be done; nothing is done if something was wrong before.
        """
        if self.findings or self.undecided:
            return
        self.steps.append(step)
        words = phrase(step, several=self._has_several)
        self._performance.stage.channel.note("step", number=len(self.steps), do=words)
        match step:
            case Arm() | Cease() | KillDaemon() | KillWorker():
                self._performance.do(step)
                self._referee.follow(step)
            case Together():
                if "concurrent" not in self._performance.stage.run.about.capabilities:
                    raise Unobservable("the adapter answers one call after the other")
                self._cross(step)
            case _:
                self._ask(step)
        self._excuse()

    def _excuse(self) -> None:
        """Prove nothing where a call waits for what the kernel will never tell it."""
        if any(one.wrong == _ENDLESS for one in self.findings):
            ports = self._performance.abandoned()
            if ports:
                told = ", ".join(map(str, ports))
                self.undecided = f"the kernel kept a connection to a daemon that is dead: {told}"
                self.findings.clear()

    def _cross(self, step: Together) -> None:
        crossed = Crossing(self._performance, step).perform()
        try:
            self.findings += self._referee.judge_together(crossed)
        except Undecided as error:
            self.undecided = str(error)
            return
        answered = [one.done for one in crossed if one.done is not None]
        unmet = (failed_expectations(one, self._performance.pids) for one in answered)
        self.findings += put_down_to(self.about, *unmet) if not self.findings else []

    def _ask(self, operation: Operation) -> None:
        name = self._referee.owner_of(operation)
        wanted = expectation_of(operation)
        before = counts(self._performance, name) if name and operation.expect else None
        done = self._performance.perform(operation)
        if done is None:
            return
        self.findings += self._referee.judge(done)
        if name and before is not None and not self.findings:
            unmet = failed_expectations(done, self._performance.pids)
            uncounted = failed_counts(wanted, before, self._performance, name)
            self.findings += put_down_to(self.about, unmet, uncounted)

    def finish(self) -> None:
        """Stop everything and judge what is left over."""
        if not self.findings and not self.undecided:
            self.findings += self._referee.finish()

    def close(self) -> None:
        """Let go of everything; the stage ends the processes."""
        self._performance.close()


def play(scenario: Scenario, stage: Stage, profile: Profile, pace: Pace = FULL) -> Played:
    """Play a scenario from beginning to end.

    Args:
        scenario: to be played.
        stage: on which; its own.
        profile: by which it is judged.
        pace: how long is waited.

    Returns:
        What came of it.
    """
    playing = Play(stage, profile, scenario.factories, pace)
    if scenario.clauses:
        playing.about = scenario.clauses[0]
    try:
        for step in scenario.steps:
            playing.do(step)
        playing.finish()
    finally:
        playing.close()
    return Played(
        findings=tuple(playing.findings),
        steps=len(playing.steps),
        judged=playing.judged,
        undecided=playing.undecided,
    )
