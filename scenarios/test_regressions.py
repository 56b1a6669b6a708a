"""Scenario files: what machines once found, and what went wrong in Spark's history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.machines.scenario_file import read_scenario

if TYPE_CHECKING:
    from conformance.evidence.scenario import Scenario
    from conformance.plugin.hunting import Hunter

_FILES = sorted((Path(__file__).parent / "regressions").glob("*.yaml"))
_SCENARIOS = {path.stem: read_scenario(path) for path in _FILES}


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(one, marks=pytest.mark.clauses(*one.clauses), id=name)
        for name, one in _SCENARIOS.items()
    ],
)
def test_regression(hunter: Hunter, scenario: Scenario) -> None:
    """What was once found is looked for in every implementation."""
    hunter.replay(scenario)
