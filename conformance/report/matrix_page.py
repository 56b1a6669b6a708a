"""A matrix as Markdown: matrix.md, and the documentation's page of Spark's releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.evidence.findings import Verdict
from conformance.report.legible import legible
from conformance.report.matrix_join import all_rows
from conformance.report.matrix_rows import PLAIN, fold, record_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.report.matrix_file import Column, Matrix, Recorded
    from conformance.report.matrix_rows import Family, Line, Story

_DOCS_HEAD = """\
<!-- Drawn from docs/matrix.json by docs/draw.py; do not edit. -->

# Spark's releases, judged

The whole suite on Spark's own factory and daemon, in the newest release of each line, each in an
environment of its own. Each is judged by the profile of its line: what that line is known to
break is KNOWN, with the evidence; a clause that does not bind it is NOT APPLICABLE. To measure
again, from nothing, with a network; it takes about half an hour:

    tox -e matrix

[How to make such a page of other implementations](matrix-guide.md).
"""
_LEGEND = """\
PASS is `·`, a clause that does not bind there is empty. KNOWN: a recorded deviation, seen as
recorded. ADVICE: a SHOULD is not kept. UNVERIFIED: it cannot be observed there. Clauses in which
all agree are counted above the table of their family.
"""
_SHOWN = {Verdict.PASS: "·", Verdict.NOT_APPLICABLE: ""}
#: Characters that mean something in Markdown.
_MARKUP = "\\`*_<>|[]#"


def render(matrix: Matrix) -> str:
    """Write a matrix as Markdown.

    Args:
        matrix: in question.

    Returns:
        The page.
    """
    return "\n".join(["# Matrix", "", *_lines(matrix)]) + "\n"


def draw_releases(matrix: Matrix) -> str:
    """Draw docs/matrix.md.

    Args:
        matrix: docs/matrix.json.

    Returns:
        The page.
    """
    rows = all_rows(matrix.clauses)  # in the words of today
    return "\n".join([_DOCS_HEAD, *_lines(msgspec.structs.replace(matrix, clauses=rows))]) + "\n"


def _lines(matrix: Matrix) -> Iterator[str]:
    if matrix.state != "finished":
        yield f"The matrix is {matrix.state}; this is what was found so far."
        yield ""
    yield from _summary(matrix)
    yield ""
    yield _LEGEND
    families = fold(matrix) if matrix.judged else ()
    for family in families:
        yield from _family(family, matrix.judged)
    yield from _stories(families)


def _summary(matrix: Matrix) -> Iterator[str]:
    yield "| subject | judged by | verdict | MUST verified | clauses | s |"
    yield "| --- | --- | --- | --- | --- | ---: |"
    for one in matrix.subjects:
        if not one.cells:
            said = f"{one.state}: {one.reason}" if one.reason else one.state
            yield _row((one.name, one.profile, said, "", "", ""))
            continue
        so_far = "" if one.state == "finished" else f"{one.state}, so far "
        yield _row(
            (
                one.name,
                one.profile,
                f"{so_far}{one.verdict}",
                f"{one.must_verified} of {one.must_total}",
                ", ".join(f"{number} {verdict}" for verdict, number in one.counts.items()),
                f"{one.seconds:.0f}",
            )
        )


def _family(family: Family, judged: tuple[Column, ...]) -> Iterator[str]:
    yield f"## {escaped(family.name)}"
    yield ""
    if family.same:
        yield f"Alike in {len(family.same)} of {len(family.lines)} clauses:"
        yield ""
        yield from _alike(family.same)
        yield ""
    if family.different:
        yield _row(("clause", "level", *(one.name for one in judged)))
        yield f"| --- | --- |{' --- |' * len(judged)}"
        for line in family.different:
            yield _row((line.row.clause, line.row.level, *_words(line)))
        yield ""


def _alike(lines: Iterable[Line]) -> Iterator[str]:
    ids: dict[str, list[str]] = {}
    for line in lines:
        ids.setdefault(line.stories[0].verdict or "unknown", []).append(line.row.clause)
    for verdict, clauses in ids.items():
        yield f"- {verdict}: {escaped(' '.join(clauses))}"


def _words(line: Line) -> Iterator[str]:
    for cell in line.cells:
        yield "absent" if cell is None else _SHOWN.get(cell.verdict, cell.verdict.value)


def _stories(families: Iterable[Family]) -> Iterator[str]:
    told = [
        (line, mine)
        for family in families
        for line in family.lines
        if (mine := [one for one in line.stories if _is_told(one)])
    ]
    yield "## What is not plain"
    yield ""
    if not told:
        yield "Nothing."
    for line, stories in told:
        yield f"**{escaped(line.row.clause)}** {escaped(line.row.text)}"
        yield ""
        yield from (f"- {_said(line, one)}" for one in stories)
        yield ""


def _is_told(story: Story) -> bool:
    return story.verdict not in (*PLAIN, None) or bool(story.recorded)


def _said(line: Line, story: Story) -> str:
    names = "all" if len(line.stories) == 1 else ", ".join(story.names)
    parts = [f"{names}: {story.verdict}."]
    if story.reason:
        parts.append(story.reason)
    if story.recorded and not story.is_recorded:
        recorded = record_of(story.recorded)
        parts.append(f"Of its Spark line is recorded: {recorded}{_doubt(story.recorded)}")
    if story.seen and not line.is_explained(story):
        parts.append(f"{story.sight}.")
    return escaped(" ".join(parts))


def _doubt(recorded: Iterable[Recorded]) -> str:
    return "" if all(one.certain for one in recorded) else "; not every run shows it"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(escaped(cell) for cell in cells)} |"


def escaped(text: str) -> str:
    """Make a text mean itself in Markdown, on one line.

    Args:
        text: any.

    Returns:
        The text, escaped; what cannot be printed is shown otherwise.
    """
    line = legible(" ".join(text.split()))
    return "".join(f"\\{one}" if one in _MARKUP else one for one in line)
