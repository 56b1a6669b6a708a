"""A timeline as SVG: where in pixels everything stands."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from conformance.report.legible import legible
from conformance.report.page import render
from conformance.report.timeline.picture import ACROSS
from conformance.report.verdict_file import hide_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.report.timeline.picture import Picture, Row

#: Pixels: of a row, of the names above the lanes, before the first lane, behind the last one.
_ROW, _BAND, _LEFT, _RIGHT = 26, 38, 130, 330
#: Pixels from a lane to the next one, and from a caller's to the next caller's.
_LANE, _CALLER = 172, 84
#: Rows of a part. Each part begins with the names: who reads there has lost the first ones. Paper
#: breaks between two parts only, so less than half a page stays empty before a break.
_ROWS_A_PART = 15
#: Pixels of a letter, and letters of a text that stays in its lane, and of a pin's.
_LETTER, _STAYING, _PIN = 6.7, 44, 120
#: Pixels before and behind a text across all lanes.
_ACROSS = 118


def svg(picture: Picture, label: str, *, is_alone: bool) -> str:
    """Draw a timeline.

    Args:
        picture: what is drawn.
        label: what it shows, for those who do not see it.
        is_alone: whether it is a file of its own, with a style of its own.

    Returns:
        One SVG element if it is alone; else an element of HTML with one SVG element for each part,
        between which paper breaks.
    """
    sheet = _Sheet(picture)
    parts = list(sheet.parts())
    return render(
        "timeline.svg.j2",
        is_alone=is_alone,
        label=legible(label),
        width=sheet.width,
        height=parts[-1]["bottom"],
        band_height=_BAND,
        lanes=list(sheet.names()),
        parts=parts,
    )


class _Sheet:
    """Gives everything in a picture its place."""

    def __init__(self, picture: Picture) -> None:
        self.places = _places(picture)
        self._picture = picture

    @property
    def width(self) -> int:
        """Room for all lanes, and for what is written across them."""
        across = (len(row.text) for row in self._picture.rows if row.look in ACROSS)
        longest = min(_PIN, max(across, default=0))
        return max(max(self.places, default=0) + _RIGHT, int(_ACROSS + longest * _LETTER))

    def names(self) -> Iterator[dict[str, Any]]:
        for x, lane in zip(self.places, self._picture.lanes, strict=True):
            yield {"x": x, "name": lane.name, "note": lane.note}

    def parts(self) -> Iterator[dict[str, Any]]:
        """Pieces from above to below; what runs on in the next one is cut by the sheet's edge."""
        lives, bars = list(self.lives()), list(self.bars())
        rows = [self.row(number, row) for number, row in enumerate(self._picture.rows)]
        tops = [_y(number) - _ROW - _BAND + 10 for number in range(0, len(rows), _ROWS_A_PART)]
        for top, bottom in pairwise([*(tops or [0]), _y(len(rows) - 1) + _ROW]):
            yield {
                "top": top,
                "bottom": bottom,
                "lives": list(_between(lives, top, bottom)),
                "bars": list(_between(bars, top, bottom)),
                "rows": [row for row in rows if top < row["y"] < bottom],
            }

    def lives(self) -> Iterator[dict[str, int]]:
        for x, lane in zip(self.places, self._picture.lanes, strict=True):
            is_process = lane.kind in ("daemon", "worker")
            last = lane.last if is_process else len(self._picture.rows) - 1
            yield {"x": x, "top": _y(lane.first if is_process else 0), "bottom": _y(last)}

    def bars(self) -> Iterator[dict[str, Any]]:
        for bar in self._picture.bars:
            x, top, bottom = self.places[bar.lane], _y(bar.first), _y(bar.last)
            yield {"x": x, "top": top, "bottom": bottom, "is_open": bar.is_open}

    def row(self, number: int, row: Row) -> dict[str, Any]:
        start = self.places[row.lane]
        end = None if row.to is None else self.places[row.to]
        text = hide_secrets(legible(row.text))
        return {
            "look": row.look,
            "y": _y(number),
            "time": f"{self._picture.elapsed_s(row):.4f} s",
            "x": start,
            "to": end,
            "way": 1 if end is not None and end > start else -1,
            "text": _cut(text, _room(row, end, start)),
            "whole": hide_secrets(legible(row.whole)),
        }


def _between(lines: Iterable[dict[str, int]], top: int, bottom: int) -> Iterator[dict[str, int]]:
    """Upright lines that stand in a part, be it with a piece only."""
    return (line for line in lines if line["top"] < bottom and line["bottom"] > top)


def _room(row: Row, end: int | None, start: int) -> int:
    if row.look in ACROSS:
        return _PIN
    return _STAYING if end is None else max(22, int(abs(end - start) / _LETTER))


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def _places(picture: Picture) -> list[int]:
    """Where each lane stands: between two callers nothing happens, and no room is needed."""
    kinds = [lane.kind for lane in picture.lanes]
    gaps = (_CALLER if pair == ("caller", "caller") else _LANE for pair in pairwise(kinds))
    return list(accumulate(gaps, initial=_LEFT))


def _y(row: int) -> int:
    return _BAND + _ROW + row * _ROW + (row // _ROWS_A_PART) * (_BAND + 8) - 10
