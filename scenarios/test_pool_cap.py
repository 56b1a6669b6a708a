"""The number of idle workers is limited when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.kills import wrong_kill_requests
from conformance.check.outcomes import failures_to_raise, failures_to_return
from conformance.check.plain import broken_promises
from conformance.check.pools import wrong_handouts
from conformance.door.messages import FactoryMade, NewFactory
from conformance.errors import Unobservable
from conformance.evidence.outcomes import Returned
from conformance.stage.cast import daemon_pid, pid_of

if TYPE_CHECKING:
    from conformance.stage.factory import Factory
    from conformance.stage.stage import Stage

OPTION = "idle_worker_max_pool_size"


def capped_factory(stage: Stage, cap: int) -> Factory:
    """Make a factory that keeps at most so many idle workers."""
    factory = stage.factory(options={OPTION: cap})
    if not factory.honoured.get(OPTION):
        raise Unobservable("the implementation has no limit on idle workers")
    return factory


@pytest.mark.clauses("F-POOL-09")
def test_the_oldest_idle_worker_is_stopped_when_the_pool_is_full(stage: Stage) -> None:
    """Three workers are released to a pool that holds two."""
    factory = capped_factory(stage, 2)
    workers = [factory.create() for _ in range(3)]
    oldest = pid_of(workers[0])
    for worker in workers[:2]:
        factory.release(worker)
    stage.judge("F-POOL-09", wrong_kill_requests(stage.history, []))
    factory.release(workers[2])
    stage.wait_for("kill_request")
    again = [factory.create().name for _ in range(2)]
    stage.judge(
        "F-POOL-09",
        wrong_kill_requests(stage.history, [oldest]),
        wrong_handouts(again, [worker.name for worker in workers[1:]]),
        broken_promises(
            "open_connections",
            holds=workers[0].is_closed(),
            expected="the connection of the evicted worker closed",
            actual="it is open",
        ),
    )


@pytest.mark.clauses("F-POOL-10")
@pytest.mark.parametrize("cap", [0, -1])
def test_a_cap_of_nothing_is_rejected(stage: Stage, cap: int) -> None:
    """The factory is not even made."""
    call = stage.make_factory(
        NewFactory(
            python_exec=stage.run.python_exec,
            env_vars=stage.environment(),
            daemon_module="fake_daemons.well_behaved",
            worker_module="fake_daemons.simple_well_behaved",
            options={"profile": stage.profile.name, OPTION: cap},
        )
    )
    if isinstance(call.outcome, Returned) and not call.value(FactoryMade).options.get(OPTION):
        raise Unobservable("the implementation has no limit on idle workers")
    stage.judge("F-POOL-10", failures_to_raise(call.outcome))


@pytest.mark.clauses("F-POOL-11")
def test_a_release_does_not_fail_when_the_evicted_worker_cannot_be_stopped(stage: Stage) -> None:
    """The daemon, who would have to stop it, is dead."""
    factory = capped_factory(stage, 1)
    oldest, newest = factory.create(), factory.create()
    stage.kill(daemon_pid(stage))
    factory.release(oldest)
    released = factory.release(newest)
    stage.judge("F-POOL-11", failures_to_return(released.outcome))
    again = factory.create()
    stage.judge("F-POOL-11", wrong_handouts([again.name], [newest.name]))
