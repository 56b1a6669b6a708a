"""A whole run as text: failures in full, the rest in short lists, the verdict at the end."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from conformance.evidence.findings import RunVerdict, Verdict
from conformance.report.failure import COLOURS, failure_lines, shorten
from conformance.report.paint import Paint, plainly
from conformance.report.trouble import left_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.report.verdict_file import ClauseEntry, VerdictFile

#: Verdicts that are shown in full, the worst first.
IN_FULL = (Verdict.FAIL, Verdict.HARNESS_ERROR, Verdict.INCONCLUSIVE, Verdict.STALE)

_STATES = {"interrupted": "INTERRUPTED", "cut short": "CUT SHORT", "running": "NOT FINISHED"}
#: Room for a clause's id and a gap.
_ID_COLUMNS = 12

RUN_COLOURS = {
    RunVerdict.CONFORMANT: "green",
    RunVerdict.KNOWN_DEVIATIONS: "green",
    RunVerdict.NOT_CONFORMANT: "red",
    RunVerdict.INCOMPLETE: "yellow",
}


def render(file: VerdictFile, width: int, paint: Paint = plainly) -> Iterator[str]:
    """Show a run.

    Args:
        file: the run.
        width: columns to fill, at least 40.
        paint: colours a text.

    Yields:
        Lines of text.
    """
    for verdict in IN_FULL:
        for entry in file.having(verdict):
            yield from failure_lines(entry, file, width, paint)
            yield ""
    yield from _short_lists(file, width, paint)
    for error in file.errors:
        yield from _hanging(f"{paint('error of the suite', 'magenta')}  ", error, width)
    for line in left_out(file):
        yield from _hanging("", line, width)
    yield _counts(file, paint)
    yield _verdict(file, paint)


def _short_lists(file: VerdictFile, width: int, paint: Paint) -> Iterator[str]:
    known = file.having(Verdict.KNOWN)
    if known:
        yield paint("KNOWN", COLOURS[Verdict.KNOWN]) + "  recorded deviations, seen as recorded"
        yield from _one_each(((one, one.reason) for one in known), width)
        yield ""
    advice = file.having(Verdict.ADVICE)
    if advice:
        yield paint("ADVICE", COLOURS[Verdict.ADVICE]) + "  a SHOULD is not kept (not scored)"
        yield from _one_each(((one, _actual(one)) for one in advice), width)
        yield ""
    open_ones = file.having(Verdict.UNVERIFIED)
    if open_ones:
        yield paint("UNVERIFIED", COLOURS[Verdict.UNVERIFIED]) + "  could not be observed"
        yield from _by_reason(open_ones, width)
        yield ""


def _one_each(pairs: Iterable[tuple[ClauseEntry, str]], width: int) -> Iterator[str]:
    room = width - _ID_COLUMNS - 2
    for entry, text in pairs:
        yield f"  {entry.clause:<{_ID_COLUMNS}}{shorten(text or entry.text, room)}"


def _actual(entry: ClauseEntry) -> str:
    if not entry.findings:
        return entry.text
    return entry.findings[0].contrast


def _by_reason(clauses: Iterable[ClauseEntry], width: int) -> Iterator[str]:
    groups: dict[str, dict[str, list[str]]] = {}
    for one in clauses:
        reason = " ".join(one.reason.split()) or "no reason given"
        groups.setdefault(reason, {}).setdefault(one.level, []).append(one.clause)
    for reason, levels in groups.items():
        yield from textwrap.wrap(reason, width, initial_indent="  ", subsequent_indent="  ")
        for level, ids in levels.items():
            yield from textwrap.wrap(
                " ".join(ids),
                width,
                initial_indent=f"    {level:<8}",
                subsequent_indent=" " * 12,
                break_on_hyphens=False,
            )


def _hanging(head: str, text: str, width: int) -> Iterator[str]:
    lines = textwrap.wrap(" ".join(text.split()), max(20, width - 4)) or [""]
    yield head + lines[0]
    for line in lines[1:]:
        yield f"    {line}"


def _counts(file: VerdictFile, paint: Paint) -> str:
    parts = (
        paint(f"{file.counts[verdict]} {verdict}", COLOURS[verdict])
        for verdict in Verdict
        if file.counts.get(verdict)
    )
    return " · ".join(parts)


def _verdict(file: VerdictFile, paint: Paint) -> str:
    facts = [
        f"profile {file.profile}",
        f"{file.must_verified} of {file.must_total} MUST verified",
        f"{file.seconds:.1f} s",
    ]
    if file.rounds > 1:
        facts.insert(0, f"{file.rounds} rounds")
    if file.exit_code is not None:
        facts.append(f"exit {file.exit_code}")
    said = paint(file.verdict, RUN_COLOURS[file.verdict])
    if file.state != "finished":
        said = paint(_STATES[file.state], "yellow") + f", so far {said}"
    return f"{said}  {' · '.join(facts)}"
