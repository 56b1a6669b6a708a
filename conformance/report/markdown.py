"""A run as a short page of Markdown, for the summary of a CI job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import Verdict
from conformance.report.failure import shorten
from conformance.report.story import again, found_by, replay, size, story_lines
from conformance.report.trouble import left_out, trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.evidence.findings import Case
    from conformance.report.verdict_file import ClauseEntry, VerdictFile

#: Columns of a line of a story.
_STORY_COLUMNS = 100
#: Most characters of a cell, and of a line of a story: a job's summary may have 1 MiB.
_CELL = 500
_LINE = 1000
#: Verdicts whose clauses are listed one by one, the worst first.
_LISTED = (
    Verdict.FAIL,
    Verdict.HARNESS_ERROR,
    Verdict.INCONCLUSIVE,
    Verdict.STALE,
    Verdict.KNOWN,
    Verdict.ADVICE,
    Verdict.UNVERIFIED,
)


def render(file: VerdictFile) -> str:
    """Write a run as Markdown.

    Args:
        file: the run.

    Returns:
        The page.
    """
    return "\n".join(_lines(file)) + "\n"


def _lines(file: VerdictFile) -> Iterator[str]:
    yield from _head(file)
    yield from _tables(file)
    yield from (f"Error of the suite: {_cell(error)}" for error in file.errors)
    for entry in file.having(Verdict.FAIL, Verdict.STALE):
        yield from _seen_again(entry, file)


def _head(file: VerdictFile) -> Iterator[str]:
    who = file.subject.impl or file.subject.asked_daemon
    yield f"## {file.verdict}: `{who}`"
    yield ""
    if file.state != "finished":
        yield f"{trouble(file)} This is what was found until then."
        yield ""
    yield (
        f"Profile {file.profile}, {file.must_verified} of {file.must_total} MUST clauses "
        f"verified, {file.seconds:.1f} s, {file.suite.name} {file.suite.version}."
    )
    yield ""
    for line in left_out(file):
        yield f"{_cell(line.capitalize())}."
        yield ""


def _tables(file: VerdictFile) -> Iterator[str]:
    yield "| verdict | clauses |"
    yield "| --- | ---: |"
    for verdict, number in file.counts.items():
        yield f"| {verdict} | {number} |"
    yield ""
    if not file.having(*_LISTED):
        return
    yield "| clause | level | verdict | what |"
    yield "| --- | --- | --- | --- |"
    for verdict in _LISTED:
        yield from (_row(entry) for entry in file.having(verdict))
    yield ""


def _seen_again(entry: ClauseEntry, file: VerdictFile) -> Iterator[str]:
    """How to see a failure again: its cases, or its tests."""
    cases = file.cases_of(entry).values()
    for case in cases:
        yield from _story(entry, case, file)
    if not cases:
        yield f"### {entry.clause}"
        yield ""
        yield from _command(again(entry, file))


def _story(entry: ClauseEntry, case: Case, file: VerdictFile) -> Iterator[str]:
    """A case below its clause; in a fence nothing but a fence has a meaning."""
    yield f"### {entry.clause}: {_cell(case.title)}"
    yield ""
    yield f"{size(case)}; found by {_cell(found_by(case))}"
    yield ""
    yield "```text"
    yield from (_fenced(line) for line in story_lines(case, _STORY_COLUMNS))
    yield "```"
    yield ""
    yield from _command(replay(case, file))


def _command(line: str) -> Iterator[str]:
    yield "```sh"
    yield _fenced(line)
    yield "```"
    yield ""


def _row(entry: ClauseEntry) -> str:
    what = entry.reason
    if entry.findings:
        seen = entry.findings[0].contrast
        what = f"{what}: {seen}" if what else seen
    cells = (entry.clause, entry.level, entry.verdict, _cell(f"{entry.text} {what}"))
    return f"| {' | '.join(cells)} |"


def _fenced(text: str) -> str:
    return shorten(text, _LINE).replace("```", "'''")


def _cell(text: str) -> str:
    plain = shorten(text, _CELL)
    for character in "\\`*_<>|[]":
        plain = plain.replace(character, f"\\{character}")
    return plain
