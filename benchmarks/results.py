"""Figures in pairs, ours against another's: as a table, and as a file of pyperf's."""

from __future__ import annotations

import importlib
from statistics import median
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: How a duration is told: as so many a second, in milliseconds, in seconds.
Telling = Literal["steps/s", "ms", "s"]

#: Columns where there is no terminal.
_WIDTH = 100


class Round(msgspec.Struct, frozen=True):
    """Both sides, measured one after the other.

    Attributes:
        ours_s: seconds a piece, or in all.
        other_s: the same of the other side.
    """

    ours_s: float
    other_s: float


class Comparison(msgspec.Struct, kw_only=True):
    """Ours against another's, over several rounds.

    Attributes:
        name: what is compared.
        ours: what one side does.
        other: what the other side does.
        telling: how durations are told.
        rounds: measured so far.
        remark: more, in a few words.
    """

    name: str
    ours: str
    other: str
    telling: Telling
    rounds: list[Round] = []
    remark: str = ""

    @property
    def ratios(self) -> list[float]:
        """How many times as long as the other's ours takes, by round."""
        return [one.ours_s / one.other_s for one in self.rounds]


def console() -> Console:
    """Open a console: as wide as the terminal, or as a table needs where there is none.

    Returns:
        The console, on standard output.
    """
    found = Console()
    if not found.is_terminal:
        found.width = _WIDTH
    return found


def table(comparisons: Iterable[Comparison]) -> Table:
    """Lay out what was measured.

    Args:
        comparisons: with a round at least each.

    Returns:
        A row each: medians of both sides; median and minimum of the ratios.
    """
    laid = Table(box=None, pad_edge=False)
    laid.add_column("what", no_wrap=True)
    for heading in ("ours", "other", "ratio", "min"):
        laid.add_column(heading, justify="right", no_wrap=True)
    laid.add_column("", no_wrap=True)
    for one in comparisons:
        laid.add_row(
            f"{one.name}: {one.ours} to {one.other}",
            _told(median(each.ours_s for each in one.rounds), one.telling),
            _told(median(each.other_s for each in one.rounds), one.telling),
            f"{median(one.ratios):.2f}",
            f"{min(one.ratios):.2f}",
            one.remark,
        )
    return laid


def _told(seconds: float, telling: Telling) -> str:
    match telling:
        case "steps/s":
            return f"{1 / seconds:.0f} steps/s"
        case "ms":
            return f"{seconds * 1000:.1f} ms"
        case "s":
            return f"{seconds:.1f} s"


def write(comparisons: Iterable[Comparison], path: Path) -> None:
    """Write all values for `python -m pyperf show`, `stats` or `compare_to`.

    Args:
        comparisons: with a round at least each.
        path: of the file, replaced if it exists.
    """
    pyperf: Any = importlib.import_module("pyperf")  # untyped
    benchmarks: list[Any] = []
    for one in comparisons:
        sides = (
            (one.ours, [each.ours_s for each in one.rounds]),
            (one.other, [each.other_s for each in one.rounds]),
        )
        for side, values in sides:
            told = {"name": f"{one.name}: {side}", "unit": "second"}
            runs = [pyperf.Run([value], metadata=told) for value in values]
            benchmarks.append(pyperf.Benchmark(runs))
    pyperf.BenchmarkSuite(benchmarks).dump(str(path), replace=True)
