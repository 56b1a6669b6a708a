"""One clause as the terminal shows it: what was expected, what was seen, how to see it again."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from conformance.evidence.findings import Verdict
from conformance.report.kept import HISTORY
from conformance.report.paint import Paint, plainly
from conformance.report.story import again, found_by, replay, size, story_lines
from conformance.report.where import picture, where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.evidence.findings import Case, Finding
    from conformance.report.verdict_file import ClauseEntry, VerdictFile

#: How many findings on one clause are shown; all stand in verdict.json.
_SHOWN = 3
#: Column of what follows a label.
_INDENT = 12
#: Columns between a headline and its note.
_GAP = 2

COLOURS = {
    Verdict.PASS: "green",
    Verdict.FAIL: "red",
    Verdict.KNOWN: "cyan",
    Verdict.STALE: "yellow",
    Verdict.UNVERIFIED: "yellow",
    Verdict.ADVICE: "blue",
    Verdict.NOT_APPLICABLE: "white",
    Verdict.INCONCLUSIVE: "magenta",
    Verdict.HARNESS_ERROR: "magenta",
}


def failure_lines(
    entry: ClauseEntry, file: VerdictFile, width: int, paint: Paint = plainly
) -> Iterator[str]:
    """Show a clause that did not come out well.

    Args:
        entry: the clause.
        file: the run it belongs to.
        width: columns to fill.
        paint: colours a text.

    Yields:
        Lines of text.
    """
    cases = file.cases_of(entry)
    first = next(iter(cases.values()), None)
    head = headline(entry, width, paint, size(first) if first else "")
    yield head
    if entry.reason:
        yield from _labelled("because", entry.reason, width)
    # What a machine found can be replayed: it comes before what scenarios found.
    shown = sorted(entry.findings, key=lambda one: one.case not in cases)[:_SHOWN]
    for name, case in cases.items():
        mine = [one for one in shown if one.case == name]
        if mine:
            is_told = case is first and head.endswith(size(case))
            yield from _case_lines(case, mine, width, "" if is_told else f"{size(case)}; ")
            yield _label("again", replay(case, file))
            yield from _told("picture", picture(case.file, case.id))
    others = [one for one in shown if one.case not in cases]
    for finding in others:
        yield from _finding_lines(finding, width)
    if len(entry.findings) > _SHOWN:
        yield _label("more", f"{len(entry.findings) - _SHOWN} findings in verdict.json")
    if others or not cases:
        for test in entry.tests[:_SHOWN]:
            yield _label("test", test)
        yield _label("again", again(entry, file))
        trace = file.trace_of(entry)
        yield from _told("picture", picture(f"{trace}/{HISTORY}", entry.clause) if trace else "")


def headline(entry: ClauseEntry, width: int, paint: Paint = plainly, note: str = "") -> str:
    """Name a clause, its verdict and its level in one line.

    Args:
        entry: the clause.
        width: columns to fill; the clause's text is cut there.
        paint: colours a text.
        note: for the right end of the line; left out if the text leaves it no room.

    Returns:
        The line.
    """
    head = f"{entry.verdict}  {entry.clause}  {entry.level}  "
    text = shorten(entry.text, width - len(head))
    painted = paint(entry.verdict, COLOURS[entry.verdict])
    room = width - len(head) - len(text)
    right = note.rjust(room) if note and len(note) + _GAP <= room else ""
    return f"{painted}  {entry.clause}  {entry.level}  {text}{right}"


def shorten(text: str, width: int) -> str:
    """Cut a text to one line.

    Args:
        text: any.
        width: columns it may fill.

    Returns:
        The text, with an ellipsis where something was cut.
    """
    line = " ".join(text.split())
    return line if len(line) <= width else line[: max(1, width - 1)].rstrip() + "…"


def _case_lines(case: Case, findings: list[Finding], width: int, note: str) -> Iterator[str]:
    for number, line in enumerate(story_lines(case, max(20, width - _INDENT))):
        yield _label("steps" if number == 0 else "", line)
    # Two machines may find one case; they saw the same wrong, with other pids.
    for finding in {finding.wrong: finding for finding in findings}.values():
        yield from _finding_lines(finding, width)
    yield from _told("where", where(case, findings))
    yield from _labelled("found by", f"{note}{found_by(case)}", width)


def _finding_lines(finding: Finding, width: int) -> Iterator[str]:
    expected, actual = (" ".join(one.split()) for one in (finding.expected, finding.actual))
    together = f"{_label('expected', expected)}    actual  {actual}"
    if len(together) <= width:
        yield together
    else:
        yield from _labelled("expected", expected, width)
        yield from _labelled("actual", actual, width)


def _label(label: str, text: str) -> str:
    return f"  {label:<{_INDENT - 2}}{text}"


def _told(label: str, text: str) -> Iterator[str]:
    """Tell something only if it is known."""
    if text:
        yield _label(label, text)


def _labelled(label: str, text: str, width: int) -> Iterator[str]:
    lines = textwrap.wrap(" ".join(text.split()), max(20, width - _INDENT), break_on_hyphens=False)
    for number, line in enumerate(lines or [""]):
        yield _label(label if number == 0 else "", line)
