"""From a history to a picture: rows in time, with the broken clauses pinned to them."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import msgspec

from conformance.report.timeline.cast import Cast
from conformance.report.timeline.picture import ACROSS, Bar, Lane, Picture, Row
from conformance.report.timeline.telling import row_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.evidence.findings import Finding
    from conformance.evidence.history import History

#: How many rows are shown; of a longer history those around the first pin.
LONGEST = 240


def draw(history: History, findings: Iterable[Finding] = (), longest: int = LONGEST) -> Picture:
    """Draw a history.

    Args:
        history: of one scenario.
        findings: what was found wrong in it; each is pinned to the moment that it names, and
            to the end if it names none.
        longest: how many rows are shown at most.

    Returns:
        The picture; without rows if nothing was seen.
    """
    cast = Cast()
    rows: list[Row] = []
    for seen in history:
        row = row_of(seen, cast, len(rows))
        if row is not None:
            rows.append(row)
    if not rows:
        return Picture()
    lanes, places = cast.close(len(rows) - 1)
    placed = [_placed(row, places) for row in rows]
    bars = [msgspec.structs.replace(bar, lane=places[bar.lane]) for bar in cast.bars]
    whole = _pinned(Picture(lanes=lanes, rows=tuple(placed), bars=tuple(bars)), list(findings))
    return _window(whole, longest)


def _placed(row: Row, places: dict[int, int]) -> Row:
    to = None if row.to is None else places[row.to]
    # A row across all lanes has none of its own.
    return msgspec.structs.replace(row, lane=places.get(row.lane, 0), to=to)


def _pinned(picture: Picture, findings: list[Finding]) -> Picture:
    """Put a row for each finding behind the last thing seen by then."""
    times = [row.at_ns for row in picture.rows]
    pins = sorted(
        {
            (times[-1] if one.at_ns is None else max(one.at_ns, times[0]), _pin_text(one))
            for one in findings
        }
    )
    for at_ns, text in pins:
        index = bisect_right([row.at_ns for row in picture.rows], at_ns)
        pin = Row(at_ns=at_ns, look="pin", text=text, lane=0, whole=text)
        picture = _inserted(picture, index, pin)
    return picture


def _pin_text(finding: Finding) -> str:
    return f"{finding.clause} broken: expected {finding.expected}, actual {finding.actual}"


def _inserted(picture: Picture, index: int, row: Row) -> Picture:
    def moved(number: int) -> int:
        return number + (number >= index)

    return msgspec.structs.replace(
        picture,
        rows=(*picture.rows[:index], row, *picture.rows[index:]),
        lanes=tuple(_spanning(one, moved(one.first), moved(one.last)) for one in picture.lanes),
        bars=tuple(
            msgspec.structs.replace(one, first=moved(one.first), last=moved(one.last))
            for one in picture.bars
        ),
    )


def _spanning(lane: Lane, first: int, last: int) -> Lane:
    return msgspec.structs.replace(lane, first=first, last=last)


def _window(picture: Picture, longest: int) -> Picture:
    """Leave out what is far from the first pin, and who has no part in the rest."""
    count = len(picture.rows)
    if count <= longest:
        return picture
    pin = next((n for n, row in enumerate(picture.rows) if row.look == "pin"), count - 1)
    # What led to it is worth more than what came of it.
    first = max(0, min(pin - 3 * longest // 4, count - longest))
    rows = picture.rows[first : first + longest]
    used = sorted({lane for row in rows if row.look not in ACROSS for lane in _lanes_of(row)})
    places = {lane: place for place, lane in enumerate(used)}
    lanes = tuple(_cut(picture.lanes[lane], first, longest) for lane in used)
    bars = (
        _cut_bar(bar, places[bar.lane], first, longest)
        for bar in picture.bars
        if bar.lane in places
    )
    return Picture(
        lanes=lanes,
        rows=tuple(_placed(row, places) for row in rows),
        bars=tuple(bar for bar in bars if bar.first <= bar.last),
        left_out=(first, count - first - longest),
    )


def _lanes_of(row: Row) -> tuple[int, ...]:
    return (row.lane,) if row.to is None else (row.lane, row.to)


def _cut(lane: Lane, first: int, longest: int) -> Lane:
    return _spanning(lane, max(0, lane.first - first), min(longest - 1, lane.last - first))


def _cut_bar(bar: Bar, lane: int, first: int, longest: int) -> Bar:
    return Bar(
        lane=lane,
        first=max(0, bar.first - first),
        last=min(longest - 1, bar.last - first),
        is_open=bar.is_open,
    )
