"""Runs that nobody played, as verdict.json would hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.contract.clause import Level
from conformance.evidence.findings import Finding, RunVerdict, Verdict
from conformance.report.verdict_file import (
    ClauseEntry,
    Subject,
    Suite,
    VerdictFile,
    count,
    encode,
    musts,
)

if TYPE_CHECKING:
    from pathlib import Path


def entry(clause: str, verdict: Verdict, *wrongs: str, reason: str = "") -> ClauseEntry:
    """A MUST of that verdict, with one finding for each wrong."""
    findings = tuple(Finding(wrong, "two workers", "one worker", 5, clause) for wrong in wrongs)
    return ClauseEntry(
        clause=clause,
        level=Level.MUST,
        text="An idle worker is handed to one caller at a time.",
        verdict=verdict,
        reason=reason,
        findings=findings,
    )


def run(*clauses: ClauseEntry, **fields: Any) -> VerdictFile:
    """A run with these clauses."""
    total, verified = musts(clauses)
    is_failed = any(one.verdict is Verdict.FAIL for one in clauses)
    usual: dict[str, Any] = {
        "suite": Suite(name="worker-factory-conformance", version="0"),
        "command": ("wfc", "run"),
        "subject": Subject(impl="py:some.module:make", name="some", version="1"),
        "profile": "documented",
        "score_should": False,
        "is_gate": False,
        "seed": 0,
        "rounds": 1,
        "started_at": "2026-01-02T03:04:05+00:00",
        "seconds": 1.25,
        "state": "finished",
        "verdict": RunVerdict.NOT_CONFORMANT if is_failed else RunVerdict.CONFORMANT,
        "exit_code": 1 if is_failed else 0,
        "counts": count(clauses),
        "must_total": total,
        "must_verified": verified,
        "errors": (),
        "clauses": clauses,
        "tests": (),
    }
    return VerdictFile(**(usual | fields))


def store(directory: Path, *clauses: ClauseEntry, **fields: Any) -> Path:
    """The directory of such a run."""
    place = directory / "wfc-report"
    place.mkdir(exist_ok=True)
    (place / "verdict.json").write_bytes(encode(run(*clauses, **fields)))
    return place
