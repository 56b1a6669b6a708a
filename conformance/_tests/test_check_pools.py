"""Checkers on idle workers, on values and histories written by hand."""

from __future__ import annotations

import pytest

from conformance.check import pools
from conformance.evidence.history import parse_history

TERM = pools.Term(called_ns=1_000_000_000, returned_ns=1_100_000_000, timeout_s=2.0, delay_s=1.0)


def test_double_handouts_names_each_once() -> None:
    found = list(pools.double_handouts(["w1", "w2", "w1", "w1"]))
    assert [(one.wrong, one.actual) for one in found] == [("double_handouts", "w1 3 times")]
    assert not list(pools.double_handouts(["w1", "w2"]))


@pytest.mark.parametrize("names", [["w2", "w1"], ["w1"], [], ["w1", "w2", "w3"]])
def test_wrong_handouts_wants_the_very_order(names: list[str]) -> None:
    assert [one.wrong for one in pools.wrong_handouts(names, ["w1", "w2"])] == ["wrong_handouts"]


def test_wrong_handouts_lets_the_right_order_pass() -> None:
    assert not list(pools.wrong_handouts(["w1", "w2"], ["w1", "w2"]))


def test_dead_handouts_sees_each_that_must_not_be() -> None:
    found = list(pools.dead_handouts(["w1", "w2", "w3"], ["w3", "w1", "w4"]))
    assert [one.actual for one in found] == ["w1", "w3"]
    assert not list(pools.dead_handouts(["w2"], ["w1"]))


def test_mute_handouts_counts_those_who_do_not_answer() -> None:
    assert [one.actual for one in pools.mute_handouts([4, None, None])] == ["2 of 3 do not"]
    assert not list(pools.mute_handouts([4, 5]))
    assert not list(pools.mute_handouts([]))


def test_lingering_idle_workers_sees_who_is_still_queued() -> None:
    assert [one.expected for one in pools.lingering_idle_workers((4, 5), [5, 6])] == ["5 not idle"]
    assert not list(pools.lingering_idle_workers((4,), [5]))
    assert not list(pools.lingering_idle_workers(None, [5]))


@pytest.mark.parametrize(
    ("closed_ns", "unclosed", "early"),
    [
        (2_999_999_999, 0, 1),
        (3_000_000_000, 0, 0),
        (4_100_000_000, 0, 0),
        (4_100_000_001, 1, 0),
    ],
    ids=["too early", "at the earliest", "at the latest", "too late"],
)
def test_idle_workers_are_closed_between_two_moments(
    closed_ns: int, unclosed: int, early: int
) -> None:
    history = parse_history(f"{closed_ns} 7 3 worker closed n=1 how=eof\n")
    assert len(list(pools.unclosed_idle_workers(history, [7], TERM))) == unclosed
    assert len(list(pools.early_idle_closes(history, [7], TERM))) == early


def test_unclosed_idle_workers_sees_who_was_not_closed_at_all() -> None:
    history = parse_history("3000000000 7 3 worker closed n=1 how=eof\n")
    found = list(pools.unclosed_idle_workers(history, [7, 8], TERM))
    assert [(one.wrong, one.actual) for one in found] == [("unclosed_idle_workers", "not closed")]
    assert "worker 8" in found[0].expected


def test_early_idle_closes_heeds_idle_workers_alone() -> None:
    history = parse_history("1500000000 7 3 worker closed n=1 how=eof\n")
    assert [one.wrong for one in pools.early_idle_closes(history, [7], TERM)] == [
        "early_idle_closes"
    ]
    assert not list(pools.early_idle_closes(history, [8], TERM))
