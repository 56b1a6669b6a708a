"""Checkers of log lines, on lines written by hand."""

from __future__ import annotations

from conformance.check.logs import missing_log_lines, more_warnings

QUIET = [("WARN", "starting a daemon")]
LOUD = [*QUIET, ("WARN", "a dead worker, discarding")]


def test_lines_that_come_in_order_are_not_missing() -> None:
    assert not list(missing_log_lines(LOUD, [("WARN", "starting"), ("WARN", "a dead")]))


def test_lines_in_another_order_or_level_are_missing() -> None:
    (found,) = missing_log_lines(LOUD, [("WARN", "a dead"), ("WARN", "starting")])
    assert (found.wrong, found.expected) == ("missing_log_lines", "WARN starting")
    assert list(missing_log_lines(LOUD, [("ERROR", "starting")]))


def test_a_line_more_than_before_is_seen() -> None:
    (found,) = more_warnings("lingering_idle_workers", LOUD, QUIET)
    assert found.wrong == "lingering_idle_workers"
    assert "a dead worker, discarding" in found.actual


def test_as_many_lines_as_before_are_none_more() -> None:
    assert not list(more_warnings("lingering_idle_workers", QUIET, QUIET))
    assert not list(more_warnings("lingering_idle_workers", [], QUIET))
