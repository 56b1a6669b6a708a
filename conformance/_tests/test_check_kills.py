"""Checkers on kill requests, on histories written by hand."""

from __future__ import annotations

import pytest

from conformance.check import kills
from conformance.evidence.history import History, parse_history

TWO_DAEMONS = """\
1 100 1 daemon fork n=1 worker_pid=11
2 200 1 daemon fork n=1 worker_pid=22
"""


def asked(*pids: int) -> History:
    """One daemon that is asked to kill."""
    lines = [f"{at} 100 {at} daemon kill_request pid={pid} known=1" for at, pid in enumerate(pids)]
    return parse_history("".join(f"{line}\n" for line in lines))


@pytest.mark.parametrize("expected", [[()], [(7,), ()]])
def test_wrong_kill_requests_lets_none_pass_where_none_may_be(
    expected: list[tuple[int, ...]],
) -> None:
    assert not list(kills.wrong_kill_requests(asked(), *expected))


def test_wrong_kill_requests_takes_any_of_the_sequences() -> None:
    assert not list(kills.wrong_kill_requests(asked(7, 8), [7, 8]))
    assert not list(kills.wrong_kill_requests(asked(7, 7), [7], [7, 7]))


@pytest.mark.parametrize("pids", [(), (8, 7), (7,), (7, 8, 8), (7, 9)])
def test_wrong_kill_requests_sees_another_sequence(pids: tuple[int, ...]) -> None:
    (one,) = kills.wrong_kill_requests(asked(*pids), [7, 8])
    assert one.wrong == "wrong_kill_requests"
    assert one.actual == f"for {list(pids)}"


def test_wrong_kill_requests_sees_half_a_request() -> None:
    history = parse_history("3 100 1 daemon partial_kill bytes=2\n")
    assert [one.actual for one in kills.wrong_kill_requests(history, [])] == ["2 bytes"]


def test_misdirected_kill_requests_names_both_daemons() -> None:
    history = parse_history(f"{TWO_DAEMONS}3 200 2 daemon kill_request pid=11 known=0\n")
    (one,) = kills.misdirected_kill_requests(history)
    assert one.wrong == "misdirected_kill_requests"
    assert one.at_ns == 3
    assert "daemon 200" in one.expected
    assert "daemon 100" in one.actual


@pytest.mark.parametrize(
    "request_",
    ["3 200 2 daemon kill_request pid=22 known=1", "3 200 2 daemon kill_request pid=5 known=0"],
    ids=["its own", "nobody's"],
)
def test_misdirected_kill_requests_lets_others_pass(request_: str) -> None:
    assert not list(kills.misdirected_kill_requests(parse_history(f"{TWO_DAEMONS}{request_}\n")))


def test_misdirected_kill_requests_heeds_who_forked_a_pid_last() -> None:
    again = f"{TWO_DAEMONS}3 200 2 daemon fork n=2 worker_pid=11\n"
    history = parse_history(f"{again}4 200 3 daemon kill_request pid=11 known=1\n")
    assert not list(kills.misdirected_kill_requests(history))
