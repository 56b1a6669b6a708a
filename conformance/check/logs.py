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
