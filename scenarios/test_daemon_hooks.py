"""What a module that wraps pyspark.daemon puts there, and whether it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.daemons import silent_hooks
from conformance.stage.hiring import hire

if TYPE_CHECKING:
    from conformance.stage.stage import Stage


@pytest.mark.clauses("D-45")
def test_the_hooks_of_a_wrapping_module_run(stage: Stage) -> None:
    """Two workers are asked which functions have led to the task that asks."""
    daemon = stage.daemon({"SPARK_REUSE_WORKER": "1"})
    answers = [hire(stage, daemon).task("hooks") for _ in range(2)]
    if answers == ["none", "none"]:
        stage.record.leave_out("D-45", "the daemon module puts nothing into pyspark.daemon")
    else:
        stage.judge("D-45", *map(silent_hooks, answers))
