"""The daemons' machine: connections, secrets, kill requests and signals that nobody wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.machines.daemon_play import CLAUSES

if TYPE_CHECKING:
    from conformance.plugin.hunting import Hunter


@pytest.mark.machine
@pytest.mark.clauses(*CLAUSES)
def test_daemons(hunter: Hunter) -> None:
    """Whatever peers and signals do, in whatever order, it costs nobody else anything."""
    hunter.hunt_daemon()
