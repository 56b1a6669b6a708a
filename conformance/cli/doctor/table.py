"""Executors as a person reads them: a row each, then each trouble once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.cli.doctor.text import trouble_lines
from conformance.report.failure import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.report.doctor_file import Examination, Trouble
    from conformance.report.paint import Paint

_HEADS = ("host", "executor", "first stage that fails", "python")
_GAP = "  "
_FAILS_COLUMN = 2


def table_lines(
    seen: Sequence[Examination], unanswered: Mapping[str, str], width: int, paint: Paint
) -> Iterator[str]:
    """Show what all executors told.

    Args:
        seen: one an executor.
        unanswered: by id, why an executor gave no answer.
        width: columns to fill.
        paint: colours a text.

    Yields:
        Lines.
    """
    rows = [_row(one) for one in seen]
    rows += [("?", executor, "no answer", why) for executor, why in unanswered.items()]
    sizes = [max(map(len, column)) for column in zip(_HEADS, *rows, strict=True)]
    for row in (_HEADS, *rows):
        cells = [f"{cell:<{size}}" for cell, size in zip(row, sizes, strict=True)]
        room = width - len(_GAP.join(cells[:-1])) - len(_GAP)
        cells[-1] = shorten(row[-1], max(room, 10))
        if row is not _HEADS:
            colour = "green" if row[_FAILS_COLUMN] == "-" else "red"
            cells[_FAILS_COLUMN] = paint(cells[_FAILS_COLUMN], colour)
        yield _GAP.join(cells).rstrip()
    for trouble, where in _troubles(seen):
        yield ""
        yield from trouble_lines(trouble, width, paint, where=", ".join(where))
    yield ""
    yield _verdict(seen, unanswered)


def _row(one: Examination) -> tuple[str, str, str, str]:
    python = f"{one.python.version} {one.python.path}" if one.python else "none"
    first = one.troubles[0] if one.troubles else None
    fails = f"{first.stage} ({first.symptom})" if first else "-" if one.is_whole else "broke off"
    return one.host, one.executor, fails, python


def _troubles(seen: Sequence[Examination]) -> Iterator[tuple[Trouble, list[str]]]:
    """Each trouble once, with the executors that have it."""
    found: dict[tuple[str, str, str], tuple[Trouble, list[str]]] = {}
    for one in seen:
        for trouble in one.troubles:
            key = (trouble.track, trouble.stage, trouble.symptom)
            found.setdefault(key, (trouble, []))[1].append(one.executor)
    yield from found.values()


def _verdict(seen: Sequence[Examination], unanswered: Mapping[str, str]) -> str:
    well = sum(one.exit_code == 0 for one in seen)
    count = len(seen) + len(unanswered)
    return f"All stages pass in {well} of {count} executors."
