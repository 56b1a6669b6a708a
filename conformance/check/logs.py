"""Wrongs in what a factory logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def missing_log_lines(
    lines: Sequence[tuple[str, str]], wanted: Sequence[tuple[str, str]]
) -> Iterator[Finding]:
    """See log lines that are missing or out of order.

    Args:
        lines: level and message of each line logged, in order.
        wanted: level and beginning of each line that must come, in this order; others
            may stand between.

    Yields:
        One finding for the first that is missing.
    """
    rest = iter(lines)
    for level, text in wanted:
        if not any(one == level and line.startswith(text) for one, line in rest):
            seen = "; ".join(f"{one} {line}" for one, line in lines) or "nothing logged"
            yield Finding("missing_log_lines", f"{level} {text}", seen)
            return


def more_warnings(
    wrong: str, lines: Sequence[tuple[str, str]], before: Sequence[tuple[str, str]]
) -> Iterator[Finding]:
    """See a call that logged more than one that had nothing to log about.

    What an implementation logs at ease is its own business; what it logs on top of that
    tells of something that it met.

    Args:
        wrong: name of the wrong that this shows.
        lines: level and message of each line logged.
        before: the same of the call to compare with.

    Yields:
        One finding if there are more lines.
    """
    if len(lines) > len(before):
        seen = "; ".join(f"{level} {line}" for level, line in lines)
        yield Finding(wrong, f"no more than {len(before)} lines logged", seen)
