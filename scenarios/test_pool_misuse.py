"""Workers given back twice, after they were stopped, or stopped while idle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.kills import wrong_kill_requests
from conformance.check.logs import more_warnings
from conformance.check.outcomes import failures_to_return
from conformance.check.pools import (
    dead_handouts,
    double_handouts,
    lingering_idle_workers,
    mute_handouts,
)
from conformance.drive import sandbox
from conformance.stage.cast import pid_of

if TYPE_CHECKING:
    from conformance.stage.stage import Stage


@pytest.mark.clauses("F-POOL-12")
def test_a_worker_released_twice_has_one_owner(stage: Stage) -> None:
    """Two create() after a double release are given two workers."""
    factory = stage.factory()
    worker = factory.create()
    factory.release(worker)
    factory.release(worker)
    handed_out = [factory.create(), factory.create()]
    stage.judge(
        "F-POOL-12",
        double_handouts([one.name for one in handed_out]),
        mute_handouts([one.echo()[0] for one in handed_out]),
    )


@pytest.mark.clauses("F-POOL-13")
@pytest.mark.parametrize("fault", ["kill_request=ignore", ""], ids=["alive", "dead"])
def test_a_stopped_worker_that_is_released_is_not_handed_out(stage: Stage, fault: str) -> None:
    """The worker's process lives on, if the daemon does not do what it is asked for."""
    factory = stage.factory(f"{fault};serve=ignore_close" if fault else "")
    stopped = factory.create()
    pid = pid_of(stopped)
    factory.stop_worker(stopped)
    stage.wait_for("kill_request")
    if not fault:
        sandbox.wait_for_end([pid])
    factory.release(stopped)
    again = factory.create()
    stage.judge(
        "F-POOL-13",
        dead_handouts([again.name], [stopped.name]),
        mute_handouts([again.echo()[0]]),
    )


@pytest.mark.clauses("F-POOL-14")
def test_a_worker_stopped_while_idle_leaves_the_pool(stage: Stage) -> None:
    """The next create() has nothing to discard: it sends no second kill request."""
    factory = stage.factory()
    idle = factory.create()
    pid = pid_of(idle)
    factory.release(idle)
    factory.stop_worker(idle)
    stage.wait_for("kill_request")
    sandbox.wait_for_end([pid])
    queued = factory.inspect().idle if "inspect" in stage.run.about.capabilities else None
    stage.judge("F-POOL-14", lingering_idle_workers(queued, [pid]))
    again = factory.create()
    stage.judge(
        "F-POOL-14",
        dead_handouts([again.name], [idle.name]),
        mute_handouts([again.echo()[0]]),
        wrong_kill_requests(stage.history, [pid]),
    )


@pytest.mark.clauses("F-POOL-14")
def test_a_worker_stopped_while_idle_is_not_discarded_later(stage: Stage) -> None:
    """The next create() warns of nothing that the one before, with an empty pool, did not."""
    factory = stage.factory()
    factory.create()
    before = factory.try_create()
    at_ease = before.heard()
    idle = factory.worker_of(before)
    pid = pid_of(idle)
    factory.release(idle)
    factory.stop_worker(idle)
    stage.wait_for("kill_request")
    sandbox.wait_for_end([pid])
    after = factory.try_create()
    stage.judge(
        "F-POOL-14",
        failures_to_return(after.outcome),
        more_warnings("lingering_idle_workers", after.heard(), at_ease),
    )
