"""One clause judged, and what became of each clause."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """One wrong that a checker saw.

    Attributes:
        wrong: name of the checker that saw it, stable across runs; a known deviation
            is recognised by it.
        expected: what the contract asks for.
        actual: what was seen instead.
        at_ns: when, on the monotonic clock; None if it is no single moment.
        clause: id of the broken clause; filled in by the judge.
    """

    wrong: str
    expected: str
    actual: str
    at_ns: int | None = None
    clause: str = ""

    def __str__(self) -> str:
        return f"{self.clause} {self.wrong}: expected {self.expected}; actual {self.actual}"


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
