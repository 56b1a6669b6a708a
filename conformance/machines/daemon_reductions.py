"""What can be made simpler about a daemon's scenario that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from conformance.evidence.daemon_scenario import DaemonScenario, RequestKill
from conformance.machines.reductions import Reduction
from conformance.plan.daemon_model import sensible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from conformance.evidence.daemon_scenario import AnyStep


def _steps(scenario: DaemonScenario) -> list[int]:
    """List the steps."""
    return list(range(len(scenario.steps)))


def _without_steps(scenario: DaemonScenario, dropped: Collection[int]) -> DaemonScenario:
    """Leave out steps."""
    return _with(scenario, (one for at, one in enumerate(scenario.steps) if at not in dropped))


def _named(scenario: DaemonScenario) -> list[int]:
    """List the kill requests that name several."""
    steps = enumerate(scenario.steps)
    return [at for at, one in steps if isinstance(one, RequestKill) and len(one.whom) > 1]


def _naming_one(scenario: DaemonScenario, dropped: Collection[int]) -> DaemonScenario:
    """Have kill requests name their last worker alone."""
    return _with(
        scenario,
        (
            replace(one, whom=one.whom[-1:])
            if at in dropped and isinstance(one, RequestKill)
            else one
            for at, one in enumerate(scenario.steps)
        ),
    )


def _ways(scenario: DaemonScenario) -> list[int]:
    """List the kill requests that come in pieces."""
    steps = enumerate(scenario.steps)
    return [at for at, one in steps if isinstance(one, RequestKill) and one.how != "whole"]


def _whole(scenario: DaemonScenario, dropped: Collection[int]) -> DaemonScenario:
    """Have kill requests come in one piece."""
    return _with(
        scenario,
        (
            replace(one, how="whole") if at in dropped and isinstance(one, RequestKill) else one
            for at, one in enumerate(scenario.steps)
        ),
    )


def _with(scenario: DaemonScenario, steps: Iterable[AnyStep]) -> DaemonScenario:
    """Give the scenario other steps, but for those that make no sense any more."""
    return replace(scenario, steps=sensible(steps, reuse=scenario.daemon.reuse))


#: Leaves out steps.
STEPS = Reduction(_steps, _without_steps, is_whole=False)
#: Names one worker in a kill request.
NAMED = Reduction(_named, _naming_one)
#: Writes kill requests in one piece.
WAYS = Reduction(_ways, _whole)
