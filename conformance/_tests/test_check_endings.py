"""Checkers on what ends and what lives on, on histories written by hand."""

from __future__ import annotations

import pytest

from conformance.check import endings
from conformance.evidence.history import parse_history

CLOSED = parse_history("1 7 3 worker closed n=1 how=eof\n2 9 4 daemon closed n=2 how=reset\n")


@pytest.mark.parametrize(
    ("alive", "allowed", "found"), [((), 0, 0), ((4,), 0, 1), ((4,), 1, 0), ((5, 4), 1, 1)]
)
def test_surviving_processes_counts(alive: tuple[int, ...], allowed: int, found: int) -> None:
    assert len(list(endings.surviving_processes(alive, allowed))) == found


def test_surviving_processes_names_the_pids() -> None:
    (one,) = endings.surviving_processes((5, 4))
    assert one.wrong == "surviving_processes"
    assert one.actual == "2: pids [4, 5]"


def test_closed_connections_sees_workers_that_must_be_connected() -> None:
    assert [one.at_ns for one in endings.closed_connections(CLOSED, [7, 8])] == [1]
    assert not list(endings.closed_connections(CLOSED, [8]))
    assert not list(endings.closed_connections(CLOSED, [9])), "that one is the daemon's"


def test_open_connections_sees_workers_that_must_not_be() -> None:
    found = list(endings.open_connections(CLOSED, [7, 8]))
    assert [one.expected for one in found] == ["the connection of worker 8 closed"]
    assert not list(endings.open_connections(CLOSED, [7]))


@pytest.mark.parametrize(
    ("lines", "missing"),
    [
        (["signal number=15", "hang_up"], []),
        (["hang_up"], ["SIGTERM"]),
        (["signal number=15"], ["stdin"]),
        ([], ["SIGTERM", "stdin"]),
    ],
)
def test_missing_goodbyes_wants_both(lines: list[str], missing: list[str]) -> None:
    text = "".join(f"{at} 9 {at} daemon {line}\n" for at, line in enumerate(lines))
    found = list(endings.missing_goodbyes(parse_history(text), 9))
    assert len(found) == len(missing)
    for one, word in zip(found, missing, strict=True):
        assert word in one.expected


def test_missing_goodbyes_heeds_the_one_daemon_and_the_one_signal() -> None:
    text = "1 8 1 daemon signal number=15\n2 8 2 daemon hang_up\n3 9 1 daemon signal number=2\n"
    assert len(list(endings.missing_goodbyes(parse_history(text), 9))) == 2
