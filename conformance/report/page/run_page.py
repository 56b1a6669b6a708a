"""report.html: one run as a page that stands alone."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING, Any

from conformance.contract.clauses import FAMILIES
from conformance.evidence.findings import RunVerdict, Verdict
from conformance.report.page import render
from conformance.report.page.failures import failure_of
from conformance.report.stale import updates

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.report.verdict_file import ClauseEntry, VerdictFile

#: Verdicts that are told one by one, the worst first, with what they ask of the reader.
_TOLD = {
    Verdict.FAIL: "Broken",
    Verdict.HARNESS_ERROR: "The suite itself broke down",
    Verdict.INCONCLUSIVE: "Nothing was proven",
    Verdict.STALE: "Recorded, but not as it is",
    Verdict.KNOWN: "Recorded deviations, seen as recorded",
    Verdict.ADVICE: "Advice: a SHOULD is not kept",
}
#: Of these, the timelines stand open in the page.
_OPEN = (Verdict.FAIL, Verdict.STALE)
_SIGNS = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✗",
    Verdict.KNOWN: "≈",
    Verdict.STALE: "!",
    Verdict.UNVERIFIED: "?",
    Verdict.ADVICE: "i",
    Verdict.NOT_APPLICABLE: "-",
    Verdict.INCONCLUSIVE: "?",
    Verdict.HARNESS_ERROR: "✗",
}
_RUN_KINDS = {
    RunVerdict.CONFORMANT: "pass",
    RunVerdict.KNOWN_DEVIATIONS: "pass",
    RunVerdict.NOT_CONFORMANT: "fail",
    RunVerdict.INCOMPLETE: "unverified",
}
_CODES = {
    0: "nothing unexpected",
    1: "an unexpected failure",
    2: "interrupted",
    3: "an error of the suite",
    5: "nothing scored",
    6: "a stale or expired baseline entry",
    7: "inconclusive, or incomplete under --gate",
}
#: How many failures have their timelines in the page; the rest have theirs in files.
_DRAWN = 40


def run_page(file: VerdictFile, directory: Path) -> str:
    """Write a run as a page.

    Args:
        file: the run, with paths relative to its directory.
        directory: of the run, where cases and traces are.

    Returns:
        The page.
    """
    return render(
        "report.html.j2",
        file=file,
        who=file.subject.impl or file.subject.asked_daemon,
        line=shlex.join(file.command),
        kind=_RUN_KINDS[file.verdict],
        code=_CODES.get(-1 if file.exit_code is None else file.exit_code, ""),
        counts=[_count(file, verdict) for verdict in Verdict if file.counts.get(verdict)],
        groups=list(_groups(file, directory)),
        open_ones=_by_reason(file.having(Verdict.UNVERIFIED)),
        families=list(_families(file)),
        seconds=_seconds(file),
        sign=_SIGNS,
        slug=slug,
    )


def slug(verdict: str) -> str:
    """Name a verdict as styles do.

    Args:
        verdict: such as `NOT APPLICABLE`.

    Returns:
        Such as `not-applicable`.
    """
    return verdict.lower().replace(" ", "-")


def _count(file: VerdictFile, verdict: Verdict) -> dict[str, Any]:
    return {"verdict": verdict, "number": file.counts[verdict], "sign": _SIGNS[verdict]}


def _groups(file: VerdictFile, directory: Path) -> Iterator[dict[str, Any]]:
    left = _DRAWN
    for verdict, title in _TOLD.items():
        told: list[dict[str, Any]] = []
        for entry in file.having(verdict):
            told.append(failure_of(entry, file, directory, is_drawn=left > 0))
            left -= len(told[-1]["stories"])
        if told:
            yield {
                "verdict": verdict,
                "title": title,
                "is_open": verdict in _OPEN,
                "updates": list(updates(file, directory)) if verdict is Verdict.STALE else [],
                "failures": told,
            }


def _by_reason(entries: tuple[ClauseEntry, ...]) -> dict[str, list[ClauseEntry]]:
    groups: dict[str, list[ClauseEntry]] = {}
    for one in entries:
        groups.setdefault(one.reason or "no reason given", []).append(one)
    return groups


def _families(file: VerdictFile) -> Iterator[dict[str, Any]]:
    by_id = {one.clause: one for one in file.clauses}
    for title, clauses in FAMILIES.items():
        entries = [by_id[clause.id] for clause in clauses if clause.id in by_id]
        counted = Counter(one.verdict for one in entries)
        counts = [(verdict, counted[verdict]) for verdict in Verdict if counted[verdict]]
        yield {"title": title, "clauses": entries, "counts": counts}


def _seconds(file: VerdictFile) -> dict[str, float]:
    """Tell how long the tests of each clause took; a test of several counts for each."""
    total: dict[str, float] = {}
    for test in file.tests:
        for clause in test.clauses:
            total[clause] = total.get(clause, 0.0) + test.seconds
    return total
