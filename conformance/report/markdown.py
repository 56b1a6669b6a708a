"""A run as a short page of Markdown, for the summary of a CI job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.report.verdict_file import ClauseEntry, VerdictFile

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
    who = file.subject.impl or file.subject.asked_daemon
    yield f"## {file.verdict}: `{who}`"
    yield ""
    if file.state != "finished":
        yield f"The run is {file.state}; this is what was found so far."
        yield ""
    yield (
        f"Profile {file.profile}, {file.must_verified} of {file.must_total} MUST clauses "
        f"verified, {file.seconds:.1f} s, {file.suite.name} {file.suite.version}."
    )
    yield ""
    yield "| verdict | clauses |"
    yield "| --- | ---: |"
    for verdict, number in file.counts.items():
        yield f"| {verdict} | {number} |"
    yield ""
    listed = file.having(*_LISTED)
    if listed:
        yield "| clause | level | verdict | what |"
        yield "| --- | --- | --- | --- |"
        for verdict in _LISTED:
            yield from (_row(entry) for entry in file.having(verdict))
        yield ""
    yield from (f"Error of the suite: {_cell(error)}" for error in file.errors)


def _row(entry: ClauseEntry) -> str:
    what = entry.reason
    if entry.findings:
        first = entry.findings[0]
        what = f"expected {first.expected}; actual {first.actual}"
    cells = (entry.clause, entry.level, entry.verdict, _cell(f"{entry.text} {what}"))
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    plain = " ".join(text.split())
    for character in "\\`*_<>|[]":
        plain = plain.replace(character, f"\\{character}")
    return plain
