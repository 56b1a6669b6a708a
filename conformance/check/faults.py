"""Wrongs that show that a scenario's fault never came into play."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.evidence.history import History


def unstruck_faults(history: History, point: str, count: int = 1) -> Iterator[Finding]:
    """See a fault that never struck: the implementation did not come to its point.

    Args:
        history: of the scenario.
        point: where the fault stands, such as `announce`.
        count: how often it must have struck at least.

    Yields:
        One finding if it struck less often.
    """
    struck = history.of("fault", point=point)
    if len(struck) < count:
        yield Finding(
            "unstruck_faults",
            f"the fakes come to `{point}` {count} times",
            f"{len(struck)} times",
        )
