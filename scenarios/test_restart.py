"""The daemon is restarted once after a socket error, and after nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.logs import missing_log_lines
from conformance.check.outcomes import failures_to_raise, failures_to_return
from conformance.check.starts import wrong_start_counts

if TYPE_CHECKING:
    from conformance.stage.stage import Stage

#: Spark, PythonWorkerFactory.createThroughDaemon; the page's item 8.
RESTART_LINES = (
    ("WARN", "Failed to open socket to Python daemon:"),
    ("WARN", "Assuming that daemon unexpectedly quit, attempting to restart"),
)


@pytest.mark.clauses("F-RST-01", "F-RST-02")
def test_a_reset_connection_restarts_the_daemon_once(stage: Stage) -> None:
    """The first daemon resets the connection, the second is well."""
    factory = stage.factory("accept=reset@g1")
    created = factory.try_create()
    stage.judge(
        "F-RST-01", failures_to_return(created.outcome), wrong_start_counts(stage.history, 2)
    )
    lines = [(line.level, line.message) for line in created.logs]
    stage.judge("F-RST-02", missing_log_lines(lines, RESTART_LINES))


@pytest.mark.clauses("F-RST-01", "F-RST-06")
def test_a_daemon_that_died_is_replaced_by_the_next_create(stage: Stage) -> None:
    """The daemon is killed while no worker is idle."""
    factory = stage.factory()
    factory.create()
    stage.kill(stage.history.of("start", "daemon")[0].pid)
    created = factory.try_create()
    stage.judge("F-RST-01", failures_to_return(created.outcome))
    stage.judge(
        "F-RST-06", failures_to_return(created.outcome), wrong_start_counts(stage.history, 2)
    )


@pytest.mark.clauses("F-RST-03")
def test_a_second_failure_propagates_without_a_third_daemon(stage: Stage) -> None:
    """Every daemon resets the connection."""
    factory = stage.factory("accept=reset")
    created = factory.try_create()
    stage.judge(
        "F-RST-03",
        failures_to_raise(created.outcome, ("socket_error",)),
        wrong_start_counts(stage.history, 2),
    )


@pytest.mark.clauses("F-RST-05")
def test_an_end_of_stream_before_the_pid_causes_no_restart(stage: Stage) -> None:
    """The daemon closes the connection in an orderly way instead of acknowledging."""
    factory = stage.factory("accept=close@c1")
    created = factory.try_create()
    stage.judge(
        "F-RST-05",
        failures_to_raise(created.outcome, ("end_of_stream",)),
        wrong_start_counts(stage.history, 1),
    )
