"""What a factory logs, where the clauses say that it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.logs import missing_log_lines
from conformance.check.messages import bare_log_lines, repeated_log_lines
from conformance.check.outcomes import failures_to_raise

if TYPE_CHECKING:
    from conformance.stage.stage import Stage

#: Spark, PythonWorkerFactory.createThroughDaemon; the page's item 8.
FAILED = "Failed to open socket to Python daemon:"
RESTARTS = "Assuming that daemon unexpectedly quit, attempting to restart"
LINES = (("WARN", FAILED), ("WARN", RESTARTS))


@pytest.mark.clauses("F-RST-02")
@pytest.mark.parametrize("fault", ["announce=nobody@g1", "accept=reset@g1"])
def test_a_restart_is_logged_with_its_reason(stage: Stage, fault: str) -> None:
    """The first daemon fails the connection; the exception stands in the first line."""
    created = stage.factory(fault).try_create()
    lines = created.heard()
    stage.judge("F-RST-02", missing_log_lines(lines, LINES), bare_log_lines(lines, FAILED))


@pytest.mark.clauses("F-RST-02")
def test_a_restart_is_logged_once(stage: Stage) -> None:
    """Every daemon fails the connection; the second failure is raised, not logged."""
    failed = stage.factory("announce=nobody").try_create()
    lines = failed.heard()
    stage.judge(
        "F-RST-02",
        failures_to_raise(failed.outcome),
        missing_log_lines(lines, LINES),
        repeated_log_lines(lines, FAILED, RESTARTS),
    )
