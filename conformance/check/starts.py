"""Wrongs in how often, and how, daemons are started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.evidence.history import History


def wrong_start_counts(history: History, expected: int) -> Iterator[Finding]:
    """See daemons started too often or too seldom.

    Args:
        history: of the scenario.
        expected: how many daemons must have been started.

    Yields:
        One finding if the number differs.
    """
    starts = history.of("start", "daemon")
    if len(starts) != expected:
        last = starts[-1].at_ns if starts else None
        yield Finding(
            "wrong_start_counts",
            f"{expected} daemon starts",
            f"{len(starts)}: pids {[seen.pid for seen in starts]}",
            last,
        )
