"""A matrix folded: where subjects agree, where they differ, and what is told of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.evidence.findings import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.contract.clause import Level
    from conformance.report.matrix_file import Cell, Matrix, Recorded, Row, Seen

#: Verdicts that need no word.
PLAIN = (Verdict.PASS, Verdict.NOT_APPLICABLE)


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a clause, for all subjects of which the same can be said.

    Attributes:
        names: of the subjects.
        verdict: on the clause; None if their runs know nothing of it.
        level: how binding it is there.
        reason: of the verdict.
        recorded: what their profiles record.
        seen: by subject, the wrongs that were seen.
    """

    names: tuple[str, ...]
    verdict: Verdict | None
    level: Level
    reason: str = ""
    recorded: tuple[Recorded, ...] = ()
    seen: tuple[tuple[str, tuple[Seen, ...]], ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to tell."""
        return self.verdict in PLAIN and not self.recorded

    @property
    def is_recorded(self) -> bool:
        """Whether the reason is what the profile records, and nothing else."""
        return _is_recorded(self.reason, self.recorded)

    @property
    def sight(self) -> str:
        """What was seen: the first wrong, of whom if others saw another text, and what else."""
        if not self.seen:
            return ""
        name, wrongs = self.seen[0]
        first = wrongs[0]
        is_same = all(first in others for _, others in self.seen)
        whose = "" if is_same else f" (seen in {name})"
        more = [one for one in dict.fromkeys(one.wrong for one in wrongs) if one != first.wrong]
        also = f"; also {', '.join(more)}" if more else ""
        return f"{first.wrong}: expected {first.expected}; actual {first.actual}{whose}{also}"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One row with what stands in it.

    Attributes:
        row: the clause.
        cells: one a subject that has verdicts; None where its run does not know the clause.
        stories: one for each thing that can be said, subjects by the first of them.
        is_different: whether the subjects differ; of a single one, whether there is
            anything to tell.
    """

    row: Row
    cells: tuple[Cell | None, ...]
    stories: tuple[Story, ...]
    is_different: bool

    def story_of(self, name: str) -> int:
        """Find the story of a subject.

        Args:
            name: of the subject.

        Returns:
            Its place among the stories.
        """
        return next(place for place, one in enumerate(self.stories) if name in one.names)

    def is_explained(self, story: Story) -> bool:
        """Tell whether the reason of a story says how the clause is broken.

        Args:
            story: one of these.

        Returns:
            Whether it is what is recorded, or no other story has the same.
        """
        same = [one for one in self.stories if one.reason == story.reason]
        return bool(story.reason) and (story.is_recorded or len(same) == 1)


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """One family of clauses.

    Attributes:
        name: of the family.
        lines: one a clause.
    """

    name: str
    lines: tuple[Line, ...]

    @property
    def different(self) -> tuple[Line, ...]:
        """The clauses in which subjects differ."""
        return tuple(one for one in self.lines if one.is_different)

    @property
    def same(self) -> tuple[Line, ...]:
        """The clauses in which they agree."""
        return tuple(one for one in self.lines if not one.is_different)


def fold(matrix: Matrix) -> tuple[Family, ...]:
    """Sort the clauses of a matrix by family, and see where its subjects differ.

    Subjects differ where verdicts do, and where they break a clause in other ways: by what
    is recorded of them, or else by the names of the wrongs that were seen. A subject without
    verdicts does not differ from anyone.

    Args:
        matrix: in question.

    Returns:
        Its families that have a clause.
    """
    lines: dict[str, list[Line]] = {}
    for row in matrix.clauses:
        lines.setdefault(row.family, []).append(_line(row, matrix))
    return tuple(Family(name=name, lines=tuple(mine)) for name, mine in lines.items())


def _line(row: Row, matrix: Matrix) -> Line:
    cells = tuple(one.cells.get(row.clause) for one in matrix.judged)
    stories = _stories(row, matrix)
    if len(cells) == 1:
        is_different = not stories[0].is_plain
    else:
        is_different = len({_essence(cell) for cell in cells}) > 1
    return Line(row=row, cells=cells, stories=stories, is_different=is_different)


def _essence(cell: Cell | None) -> tuple[object, ...]:
    """Take what two subjects are compared by.

    Texts of wrongs hold pids and numbers that no two runs share: their names count. Of a
    deviation that the profile records, a run need not show every wrong: the record counts.
    """
    if cell is None:
        return ()
    is_deviation = cell.verdict in (Verdict.KNOWN, Verdict.STALE)
    hows = tuple(one.how for one in cell.recorded) if is_deviation else ()
    if cell.verdict is Verdict.KNOWN and _is_recorded(cell.reason, cell.recorded):
        return cell.verdict, hows
    return cell.verdict, hows, frozenset(one.wrong for one in cell.seen)


def _is_recorded(reason: str, recorded: tuple[Recorded, ...]) -> bool:
    return bool(reason) and reason == record_of(recorded)


def record_of(recorded: Iterable[Recorded]) -> str:
    """Tell what is recorded, as the reason of a verdict does.

    Args:
        recorded: of a clause.

    Returns:
        How it is broken, with the evidence; empty if nothing is recorded.
    """
    return "; ".join(f"{one.how} ({one.evidence})" for one in recorded)


def _stories(row: Row, matrix: Matrix) -> tuple[Story, ...]:
    groups: dict[tuple[object, ...], list[str]] = {}
    for column in matrix.judged:
        cell = column.cells.get(row.clause)
        told = () if cell is None else (cell.level, cell.reason, cell.recorded)
        groups.setdefault((_essence(cell), told), []).append(column.name)
    return tuple(_story(row, names, matrix) for names in groups.values())


def _story(row: Row, names: Iterable[str], matrix: Matrix) -> Story:
    mine = tuple(one for one in matrix.judged if one.name in set(names))
    cells = {one.name: one.cells.get(row.clause) for one in mine}
    first = next(iter(cells.values()))
    if first is None:
        return Story(names=tuple(cells), verdict=None, level=row.level)
    return Story(
        names=tuple(cells),
        verdict=first.verdict,
        level=first.level or row.level,
        reason=first.reason,
        recorded=first.recorded,
        seen=tuple((name, one.seen) for name, one in cells.items() if one and one.seen),
    )
