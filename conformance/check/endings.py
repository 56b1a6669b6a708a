"""Wrongs in what ends and what lives on: processes and connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from conformance.evidence.history import History

#: signal(7).
_SIGTERM = 15


def surviving_processes(alive: Collection[int], allowed: int = 0) -> Iterator[Finding]:
    """See processes that live on though they must have ended.

    Args:
        alive: pids of those that live, of those in question.
        allowed: how many may live.

    Yields:
        One finding if more do.
    """
    if len(alive) > allowed:
        living = f"{len(alive)}: pids {sorted(alive)}"
        yield Finding("surviving_processes", f"at most {allowed} alive", living)


def closed_connections(history: History, pids: Collection[int]) -> Iterator[Finding]:
    """See connections that the factory closed though it must not.

    Args:
        history: of the scenario.
        pids: of the workers whose connections must be open.

    Yields:
        One finding for each that was closed.
    """
    for seen in history.of("closed", "worker"):
        if seen.pid in pids:
            wanted = f"the connection of worker {seen.pid} open"
            yield Finding("closed_connections", wanted, f"{seen.keys['how']}", seen.at_ns)


def open_connections(history: History, pids: Collection[int]) -> Iterator[Finding]:
    """See connections that the factory left open though it must close them.

    Args:
        history: of the scenario, in which each of the workers lived on.
        pids: of the workers whose connections must be closed.

    Yields:
        One finding for each that was not.
    """
    closed = {seen.pid for seen in history.of("closed", "worker")}
    for pid in pids:
        if pid not in closed:
            wanted = f"the connection of worker {pid} closed"
            yield Finding("open_connections", wanted, "still open")


def missing_goodbyes(history: History, pid: int) -> Iterator[Finding]:
    """See a daemon that was not told by both ways to end.

    Args:
        history: of a scenario in which the daemon ignores SIGTERM.
        pid: of the daemon.

    Yields:
        One finding for SIGTERM, one for the end of its stdin, where it was missing.
    """
    ways = {
        "SIGTERM": history.of("signal", "daemon", number=_SIGTERM),
        "the end of its stdin": history.of("hang_up", "daemon"),
    }
    for wanted, seen in ways.items():
        if all(one.pid != pid for one in seen):
            yield Finding("missing_goodbyes", f"daemon {pid} gets {wanted}", "it does not")
