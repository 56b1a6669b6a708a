"""The daemons' machine: connections, secrets, kill requests and signals that nobody wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance.plugin.hunting import Hunter

#: Those that it can find broken.
CLAUSES = (
    *("D-05", "D-02", "D-06", "D-07", "D-08", "D-10", "D-11", "D-12", "D-13", "D-14", "D-15"),
    *("D-17", "D-18", "D-19", "D-21", "D-22", "D-25", "D-29", "D-30", "D-33", "D-34", "D-42"),
)


@pytest.mark.machine
@pytest.mark.clauses(*CLAUSES)
def test_daemons(hunter: Hunter) -> None:
    """Whatever peers and signals do, in whatever order, it costs nobody else anything."""
    hunter.hunt_daemon()
