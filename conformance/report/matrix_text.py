"""A matrix on a terminal: what was judged, where subjects differ, how, and what it comes to."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from conformance.evidence.findings import Verdict
from conformance.report.failure import COLOURS
from conformance.report.legible import legible
from conformance.report.matrix_file import exit_code_of
from conformance.report.matrix_rows import PLAIN, fold
from conformance.report.terminal import RUN_COLOURS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

    from conformance.report.matrix_file import Column, Matrix
    from conformance.report.matrix_rows import Family, Line, Story

#: What stands in a cell, where it is not the verdict itself.
SIGNS = {
    Verdict.PASS: "·",
    Verdict.NOT_APPLICABLE: "",
    Verdict.UNVERIFIED: "?",
    Verdict.INCONCLUSIVE: "INCONCL.",
    Verdict.HARNESS_ERROR: "ERROR",
}
LEGEND = "· PASS   ? UNVERIFIED   empty: NOT APPLICABLE"
#: Columns for a clause's id and its level, with gaps; and at least for a subject, and at most.
_HEAD, _NARROWEST, _WIDEST = 21, 8, 14
_GAP = 2
#: Column of what follows a label.
_INDENT = 14
#: Verdicts that are told in words below the table.
_TOLD = (
    Verdict.FAIL,
    Verdict.HARNESS_ERROR,
    Verdict.INCONCLUSIVE,
    Verdict.STALE,
    Verdict.KNOWN,
    Verdict.ADVICE,
)


def visible(text: str) -> str:
    """Make a text safe to print in one line.

    Args:
        text: of an implementation, or whoever.

    Returns:
        The text; what cannot be printed, such as an escape of a terminal, is shown otherwise.
    """
    return legible(" ".join(text.split()))


def show(matrix: Matrix, console: Console) -> None:
    """Show a matrix.

    Args:
        matrix: in question.
        console: where to.
    """
    families = fold(matrix)
    console.print(_summary(matrix))
    for column in matrix.subjects:
        if not column.cells:
            console.print(_label(column.name, f"{column.state}: {column.reason}", console.width))
        for error in column.errors:
            console.print(_label(column.name, f"error of the suite: {error}", console.width))
    if matrix.judged:
        if any(one.different for one in families):
            for part in _parts(matrix, console.width):
                console.print()
                console.print(_table(families, part))
            console.print(Text(LEGEND, "dim"))
        _tell(families, console)
    console.print()
    console.print(Text(_end(matrix, families)))


def _summary(matrix: Matrix) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0))
    for heading in ("subject", "judged by", "verdict"):
        table.add_column(heading, header_style="dim")
    for heading in ("MUST verified", "s"):
        table.add_column(heading, header_style="dim", justify="right", no_wrap=True)
    for one in matrix.subjects:
        verified = f"{one.must_verified} of {one.must_total}" if one.cells else ""
        seconds = f"{one.seconds:.0f}" if one.cells else ""
        table.add_row(_name(one), visible(one.profile), _verdict(one), verified, seconds)
    return table


def _name(column: Column) -> Text:
    return Text(visible(column.name), "bold")


def _verdict(column: Column) -> Text:
    if column.verdict is None:
        return Text(column.state, "yellow")
    style = RUN_COLOURS[column.verdict]
    if column.state == "finished":
        return Text(column.verdict, style)
    return Text(f"{column.state}, so far {column.verdict}", style)


def _parts(matrix: Matrix, width: int) -> Iterator[tuple[Column, ...]]:
    """Cut the subjects into as many as fit side by side."""
    judged = matrix.judged
    widest = max(len(visible(one.name)) for one in judged)
    room = min(_WIDEST, max(_NARROWEST, widest)) + _GAP
    number = max(1, (width - _HEAD) // room)
    for first in range(0, len(judged), number):
        yield judged[first : first + number]


def _table(families: tuple[Family, ...], part: tuple[Column, ...]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0))
    table.add_column("clause", header_style="dim", no_wrap=True)
    table.add_column("level", header_style="dim", no_wrap=True)
    for one in part:
        table.add_column(_name(one), max_width=_WIDEST, min_width=_NARROWEST)
    for family in families:
        for line in family.different:
            cells = (one.cells.get(line.row.clause) for one in part)
            words = [_word(cell.verdict if cell else None) for cell in cells]
            table.add_row(visible(line.row.clause), line.row.level, *words)
    return table


def _word(verdict: Verdict | None) -> Text:
    if verdict is None:
        return Text("absent", "dim")
    style = COLOURS[verdict]
    return Text(SIGNS.get(verdict, verdict.value), "dim" if verdict in PLAIN else style)


def _tell(families: tuple[Family, ...], console: Console) -> None:
    """Tell where all agree, then what is wrong, then what is recorded."""
    console.print()
    for family in families:
        if family.same:
            console.print(_label(family.name, agreement(family), console.width))
    for verdict in _TOLD:
        told = [
            (line, one)
            for family in families
            for line in family.lines
            for one in line.stories
            if one.verdict is verdict
        ]
        if told:
            console.print()
            console.print(Text(verdict, COLOURS[verdict]))
            for line, story in told:
                console.print(_label(line.row.clause, told_story(line, story), console.width))


def agreement(family: Family) -> str:
    """Say in what subjects agree.

    Args:
        family: of clauses.

    Returns:
        How many, and what they come to; clauses that are not plain by their ids.
    """
    verdicts = [one.stories[0].verdict for one in family.same]
    counted = (
        f"{number} {verdict or 'unknown'}{_which(verdict, family.same)}"
        for verdict, number in Counter(verdicts).items()
    )
    return f"{len(family.same)} of {len(family.lines)} alike: {', '.join(counted)}"


def _which(verdict: Verdict | None, lines: Iterable[Line]) -> str:
    if verdict in PLAIN:
        return ""
    ids = (one.row.clause for one in lines if one.stories[0].verdict is verdict)
    return f" ({' '.join(ids)})"


def told_story(line: Line, story: Story) -> str:
    """Tell a story in one line.

    Args:
        line: it is about.
        story: of some subjects.

    Returns:
        Who, and why; what was seen if that does not explain it; the clause if neither is known.
    """
    names = "all" if len(line.stories) == 1 else ", ".join(story.names)
    sight = "" if line.is_explained(story) else story.sight
    said = "; ".join(part for part in (story.reason, sight) if part)
    return visible(f"{names}: {said or line.row.text}")


def _label(label: str, text: str, width: int) -> Text:
    head = f"  {visible(label):<{_INDENT - 2 * _GAP}}  "
    lines = textwrap.wrap(
        visible(text),
        width,
        initial_indent=head,
        subsequent_indent=" " * _INDENT,
        break_on_hyphens=False,
    )
    return Text("\n".join(lines) or head.rstrip())


def _end(matrix: Matrix, families: tuple[Family, ...]) -> str:
    total = len(matrix.clauses)
    parts = [f"{len(matrix.judged)} of {len(matrix.subjects)} subjects judged"]
    if matrix.judged:
        number = sum(len(one.different) for one in families)
        what = "differ" if len(matrix.judged) > 1 else "are not plain"
        parts.append(f"{number} of {total} clauses {what}")
    if matrix.state != "running":
        parts.append(f"exit {exit_code_of(matrix)}")
    return " · ".join(parts)
