"""Wrongs in how long a call took, for the clauses that are about time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator


def early_answers(took_s: float, at_least_s: float) -> Iterator[Finding]:
    """See a call that gave up before its time.

    Args:
        took_s: how long it took.
        at_least_s: how long it must take.

    Yields:
        One finding if it was quicker.
    """
    if took_s < at_least_s:
        yield Finding("early_answers", f"not before {at_least_s:.1f} s", f"{took_s:.1f} s")


def late_answers(took_s: float, at_most_s: float) -> Iterator[Finding]:
    """See a call that took too long.

    Args:
        took_s: how long it took.
        at_most_s: how long it may take.

    Yields:
        One finding if it was slower.
    """
    if took_s > at_most_s:
        yield Finding("late_answers", f"within {at_most_s:.1f} s", f"{took_s:.1f} s")
