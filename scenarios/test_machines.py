"""The machines: sequences of operations and faults that nobody wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.plan.repertoire import REPERTOIRES

if TYPE_CHECKING:
    from conformance.plugin.hunting import Hunter

pytestmark = pytest.mark.machine


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(name, marks=pytest.mark.clauses(*one.clauses), id=name)
        for name, one in REPERTOIRES.items()
    ],
)
def test_machine(hunter: Hunter, machine: str) -> None:
    """Whatever is asked of a factory, in whatever order, it does what the contract says."""
    hunter.hunt(machine)
