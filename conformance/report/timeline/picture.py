"""What a timeline consists of: lanes, rows in time, bars; no notion of pixels."""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003 - public annotation read by tools
from typing import Literal

import msgspec

#: How a row looks: a `message` between two lanes; in one lane a `mark` of an ordinary event, of a
#: `gate`, of a `fault` or a signal; a `pin` where a clause was seen to be broken; an `error`: a
#: call that raised, ran out of time or was lost; and across all lanes a `step` of the scenario.
Look = Literal["message", "mark", "gate", "fault", "pin", "error", "step"]

#: Looks of rows that are about no lane.
ACROSS = ("pin", "step")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened.

    Attributes:
        at_ns: when, on the monotonic clock.
        look: how it is drawn.
        text: what is written beside it.
        lane: number of the lane in which it happens, or from which it comes.
        to: number of the lane to which it goes; None if it stays.
        whole: all that is known of it, for a tooltip.
    """

    at_ns: int
    look: Look
    text: str
    lane: int
    to: int | None = None
    whole: str = ""


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """One who takes part.

    Attributes:
        name: such as `daemon 1`.
        note: such as `pid 4121`; empty if there is none.
        kind: `caller`, `factory`, `daemon` or `worker`.
        first: number of the row in which it appears.
        last: number of the row with which it ends.
    """

    name: str
    note: str
    kind: Literal["caller", "factory", "daemon", "worker"]
    first: int
    last: int


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """An operation: from its call to its return.

    Attributes:
        lane: number of its caller's lane.
        first: number of the row of the call.
        last: number of the row of its return, or of the last row if it has none.
        is_open: whether it never returned.
    """

    lane: int
    first: int
    last: int
    is_open: bool


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A whole timeline.

    Attributes:
        lanes: from left to right.
        rows: from the earliest to the latest.
        bars: operations of callers.
        left_out: how many rows before these, and after them, are not shown.
    """

    lanes: tuple[Lane, ...] = ()
    rows: tuple[Row, ...] = ()
    bars: tuple[Bar, ...] = ()
    left_out: tuple[int, int] = (0, 0)

    def elapsed_s(self, row: Row) -> float:
        """Tell when a row happened.

        Args:
            row: of this picture.

        Returns:
            Seconds since the first row.
        """
        return (row.at_ns - self.rows[0].at_ns) / 1e9

    def lines(self) -> Iterator[str]:
        """Tell the picture in words, for those who do not see it.

        Yields:
            One line for each row.
        """
        for row in self.rows:
            yield f"{self.elapsed_s(row):9.4f} s  {self.way(row)}{row.text}"

    def way(self, row: Row) -> str:
        """Tell who takes part in a row.

        Args:
            row: of this picture.

        Returns:
            Such as `factory → daemon 1: `; empty if the row is about no lane.
        """
        if row.look in ACROSS:
            return ""
        way = self.lanes[row.lane].name
        return f"{way}: " if row.to is None else f"{way} → {self.lanes[row.to].name}: "
