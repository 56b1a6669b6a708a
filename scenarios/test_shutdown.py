"""stop(): what it ends, what it leaves, and that the factory can go on after it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from conformance.check.endings import (
    missing_goodbyes,
    open_connections,
    surviving_processes,
)
from conformance.check.logs import more_warnings
from conformance.check.outcomes import endless_calls, failures_to_return
from conformance.check.plain import broken_promises, unequal_values
from conformance.check.pools import mute_handouts
from conformance.check.starts import wrong_start_counts
from conformance.contract.limits import MUST_HAPPEN_S
from conformance.drive.clock import wait_until
from conformance.errors import Unobservable
from conformance.evidence.outcomes import Returned
from conformance.observe import processes
from conformance.stage.cast import daemon_pid, pid_of, wait_for_ends
from conformance.stage.run import end_all

if TYPE_CHECKING:
    from conformance.stage.stage import Stage

#: How many factories are made and stopped to see whether threads are left.
FACTORIES = 6


@pytest.mark.clauses("F-STOP-07")
def test_stop_tells_the_daemon_by_signal_and_by_hanging_up(stage: Stage) -> None:
    """The daemon ignores SIGTERM, and after the hang-up it waits until it has seen both."""
    factory = stage.factory(f"sigterm=ignore;hang_up={stage.make_gate('exit')}")
    factory.create()
    pid = daemon_pid(stage)
    stopping = factory.begin_stop()
    stage.wait_for("hang_up")
    stage.wait_for("signal", "daemon", number=15)
    stage.judge("F-STOP-07", missing_goodbyes(stage.history, pid))
    stage.open_gate("exit")
    stopping.finish()
    stage.judge(
        "F-STOP-07",
        failures_to_return(stopping.outcome),
        surviving_processes(wait_for_ends(stage)),
    )


@pytest.mark.clauses("F-STOP-07")
def test_stop_closes_idle_workers(stage: Stage) -> None:
    """The daemon was killed before, so that only the factory can end the idle worker."""
    factory = stage.factory()
    worker = factory.create()
    pid = pid_of(worker)
    factory.release(worker)
    stage.kill(daemon_pid(stage))
    factory.stop()
    stage.wait_for("closed", "worker")
    stage.judge("F-STOP-07", open_connections(stage.history, [pid]))


@pytest.mark.clauses("F-STOP-07", "F-STOP-09")
def test_after_stop_nothing_is_left_and_a_create_starts_anew(stage: Stage) -> None:
    """One worker active, one idle; both belong to the daemon's group and end with it."""
    factory = stage.factory()
    factory.create()
    factory.release(factory.create())
    factory.stop()
    wait_until(lambda: not stage.living(), MUST_HAPPEN_S)
    stage.judge("F-STOP-07", surviving_processes(stage.living()))
    created = factory.try_create()
    stage.judge(
        "F-STOP-09", failures_to_return(created.outcome), wrong_start_counts(stage.history, 2)
    )
    if isinstance(created.outcome, Returned):
        answer, _ = factory.worker_of(created).echo()
        stage.judge("F-STOP-09", mute_handouts([answer]))


@pytest.mark.clauses("F-STOP-07")
def test_stop_forgets_the_daemon(stage: Stage) -> None:
    """What the factory shows of its state is what it was before the first create()."""
    factory = stage.factory()
    factory.release(factory.create())
    before = factory.inspect()
    if before.daemon_pid is None:
        raise Unobservable("the implementation does not show its daemon")
    factory.stop()
    after = factory.inspect()
    stage.judge(
        "F-STOP-07",
        unequal_values("daemon before stop()", before.daemon_pid, daemon_pid(stage)),
        unequal_values("daemon after stop()", after.daemon_pid, None),
        unequal_values("port after stop()", after.daemon_port or 0, 0),
        unequal_values("idle workers after stop()", tuple(after.idle or ()), ()),
    )


@pytest.mark.clauses("F-STOP-07")
def test_after_stop_no_create_finds_the_old_idle_workers(stage: Stage) -> None:
    """The first create() after stop() warns of nothing that the first of all did not."""
    factory = stage.factory()
    first = factory.try_create()
    at_ease = first.heard()
    factory.release(factory.worker_of(first))
    factory.stop()
    again = factory.try_create()
    stage.judge(
        "F-STOP-07",
        failures_to_return(again.outcome),
        more_warnings("lingering_idle_workers", again.heard(), at_ease),
    )


@pytest.mark.clauses("F-STOP-08")
def test_stop_may_come_early_and_twice(stage: Stage) -> None:
    """Before the first create(), then twice after it."""
    factory = stage.factory()
    early = factory.stop()
    started = stage.living()
    answer, _ = factory.create().echo()
    stops = [factory.stop(), factory.stop()]
    stage.judge(
        "F-STOP-08",
        *[failures_to_return(call.outcome) for call in (early, *stops)],
        unequal_values("processes after an early stop():", started, ()),
        mute_handouts([answer]),
        wrong_start_counts(stage.history, 1),
        surviving_processes(wait_for_ends(stage)),
    )


@pytest.mark.clauses("F-STOP-08")
def test_stop_may_come_again_while_the_old_daemon_still_ends(stage: Stage) -> None:
    """The first daemon does not end when it is told to; a create() may be waiting for that."""
    if "concurrent" not in stage.run.about.capabilities:
        raise Unobservable("the adapter takes one call at a time")
    factory = stage.factory("sigterm=ignore@g1;hang_up=ignore@g1")
    factory.create()
    factory.stop()
    creating = factory.begin_create()
    stopping = factory.begin_stop()
    stage.judge(
        "F-STOP-08",
        failures_to_return(stopping.finish().outcome),
        endless_calls(creating.finish().outcome),
    )


@pytest.mark.clauses("F-STOP-11")
def test_stop_ends_the_thread_that_watches_idle_workers(stage: Stage) -> None:
    """Several factories come and go; no kind of thread has as many new ones afterwards."""
    pid = stage.run.about.pid
    stage.factory().stop()
    before = frozenset(processes.threads(pid))
    if not before:
        raise Unobservable("the implementation's process cannot be looked at")
    for _ in range(FACTORIES):
        factory = stage.factory()
        factory.release(factory.create())
        factory.stop()
    wait_until(lambda: not _gained(pid, before), MUST_HAPPEN_S)
    gained = ", ".join(_gained(pid, before))
    stage.judge(
        "F-STOP-11",
        broken_promises(
            "leaked_threads",
            holds=not gained,
            expected=f"no {FACTORIES} more threads after {FACTORIES} factories",
            actual=f"so many more of {gained}",
        ),
    )


def _gained(pid: int, before: frozenset[int]) -> tuple[str, ...]:
    """Name the threads of which there is a new one for each factory.

    Old ones may end at the same time: what an earlier scenario left must hide nothing.
    """
    now = processes.threads(pid)
    new = Counter(name for number, name in now.items() if number not in before)
    return tuple(name for name, count in new.items() if count >= FACTORIES)


@pytest.mark.clauses("F-STOP-12")
def test_stop_ends_a_stalled_create(stage: Stage) -> None:
    """The worker never acknowledges; if stop() waits for it too, its end frees both."""
    if "concurrent" not in stage.run.about.capabilities:
        raise Unobservable("the adapter takes one call at a time")
    factory = stage.factory("acknowledge=never@g1")
    creating = factory.begin_create()
    stage.wait_for("fault", point="acknowledge")
    stopping = factory.begin_stop().finish(MUST_HAPPEN_S)
    stage.judge("F-STOP-12", endless_calls(stopping.outcome))
    if stopping.is_answered:
        stage.judge("F-STOP-12", endless_calls(creating.finish(MUST_HAPPEN_S).outcome))
    end_all("WFC_SCENARIO", stage.token)
    for call in (creating, stopping):
        if not call.is_answered:
            call.finish()


@pytest.mark.clauses("F-STOP-13")
def test_a_worker_that_its_caller_has_dropped_leaves_the_registry(stage: Stage) -> None:
    """One worker is dropped, one kept."""
    factory = stage.factory()
    kept, dropped = factory.create(), factory.create()
    kept_pid, dropped_pid = pid_of(kept), pid_of(dropped)
    before = factory.inspect().workers
    if before is None or dropped_pid not in before:
        raise Unobservable("the implementation does not show its registry")
    dropped.forget()
    wait_until(lambda: dropped_pid not in (factory.inspect().workers or ()), MUST_HAPPEN_S)
    stage.judge(
        "F-STOP-13",
        unequal_values("registered pids", factory.inspect().workers, (kept_pid,)),
    )
