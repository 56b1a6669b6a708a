"""One clause judged, and what became of each clause."""

from __future__ import annotations

from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from conformance.evidence.scenario import Control  # noqa: TC001 - msgspec reads it

if TYPE_CHECKING:
    from collections.abc import Iterable


class Finding(msgspec.Struct, frozen=True):
    """One wrong that a checker saw.

    Attributes:
        wrong: name of the checker that saw it, stable across runs; a known deviation
            is recognised by it.
        expected: what the contract asks for.
        actual: what was seen instead.
        at_ns: when, on the monotonic clock; None if it is no single moment.
        clause: id of the broken clause; filled in by the judge.
        case: id of the case that shows it; empty if it is a test's own story.
        test: id of the test that found it; filled in when the test ends.
    """

    wrong: str
    expected: str
    actual: str
    at_ns: int | None = None
    clause: str = ""
    case: str = ""
    test: str = ""

    def __str__(self) -> str:
        return f"{self.clause} {self.wrong}: {self.contrast}"

    @property
    def contrast(self) -> str:
        """What was expected and what was seen; the checker's name tells a user nothing."""
        return f"expected {self.expected}; actual {self.actual}"


def put_down_to(clause: str, *wrongs: Iterable[Finding]) -> list[Finding]:
    """Name the clause that findings are about.

    Args:
        clause: its id.
        *wrongs: findings of checkers.

    Returns:
        The findings with it.
    """
    return [msgspec.structs.replace(one, clause=clause) for one in chain(*wrongs)]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A failure that a machine found, as a story that can be played again.

    Attributes:
        id: of the case, unique within its run.
        title: what it shows, in one sentence.
        machine: that found it.
        steps: what was done, one readable line a step.
        length: number of steps, those of callers at the same time included.
        shrunk_from: number of steps before shrinking; None if it was not shrunk.
        control: what the failure takes: the sequence alone, gates, or chance inside
            the implementation.
        file: path of its scenario, relative to the run's directory or absolute.
    """

    id: str
    title: str
    machine: str
    steps: tuple[str, ...]
    length: int
    shrunk_from: int | None = None
    control: Control = "sequence"
    file: str = ""


class Verdict(StrEnum):
    """What became of one clause in a run (README, section on verdicts)."""

    PASS = "PASS"  # noqa: S105 - a verdict, no password
    FAIL = "FAIL"
    KNOWN = "KNOWN"
    STALE = "STALE"
    UNVERIFIED = "UNVERIFIED"
    ADVICE = "ADVICE"
    NOT_APPLICABLE = "NOT APPLICABLE"
    INCONCLUSIVE = "INCONCLUSIVE"
    HARNESS_ERROR = "HARNESS ERROR"


class RunVerdict(StrEnum):
    """What became of a run."""

    CONFORMANT = "CONFORMANT"
    KNOWN_DEVIATIONS = "CONFORMANT WITH KNOWN DEVIATIONS"
    NOT_CONFORMANT = "NOT CONFORMANT"
    INCOMPLETE = "INCOMPLETE"


class ClauseResult(msgspec.Struct, frozen=True):
    """The verdict on one clause, with its reason and the findings that led to it."""

    clause: str
    verdict: Verdict
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    tests: tuple[str, ...] = ()
