"""Wrongs in the kill requests that daemons get."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.evidence.history import History
    from conformance.evidence.sightings import Sighting


def wrong_kill_requests(history: History, *expected: Sequence[int]) -> Iterator[Finding]:
    """See kill requests that are missing, too many, for another pid or cut off.

    Args:
        history: of the scenario.
        *expected: the pids that must have been asked for, in order; where several
            sequences are given, any of them will do.

    Yields:
        One finding if the requests differ from all of them, and one for each request
        that was cut off.
    """
    asked = history.of("kill_request", "daemon")
    pids = [seen.number("pid") for seen in asked]
    if pids not in [list(one) for one in expected]:
        wanted = " or ".join(f"kill requests for {list(one)}" for one in expected)
        last = asked[-1].at_ns if asked else None
        yield Finding("wrong_kill_requests", wanted, f"for {pids}", last)
    for cut in history.of("partial_kill"):
        actual = f"{cut.keys['bytes']} bytes"
        yield Finding("wrong_kill_requests", "whole requests of 4 bytes", actual, cut.at_ns)


def misdirected_kill_requests(history: History) -> Iterator[Finding]:
    """See kill requests sent to a daemon for a worker of another daemon.

    Args:
        history: of the scenario.

    Yields:
        One finding for each such request.
    """
    for asked in history.of("kill_request", "daemon"):
        fork = _last_fork(history, asked)
        if fork is not None and fork.pid != asked.pid:
            yield Finding(
                "misdirected_kill_requests",
                f"daemon {asked.pid} asked to kill its own workers alone",
                f"asked to kill {asked.keys['pid']}, a worker of daemon {fork.pid}",
                asked.at_ns,
            )


def _last_fork(history: History, asked: Sighting) -> Sighting | None:
    """Find who forked the process last that a kill request names."""
    forks = history.of("fork", "daemon", worker_pid=asked.keys["pid"])
    return max((one for one in forks if one.at_ns <= asked.at_ns), default=None, key=_moment)


def _moment(seen: Sighting) -> int:
    return seen.at_ns
