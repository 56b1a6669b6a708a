"""Wrongs in what becomes of a factory, its daemon and its workers over a sequence of operations."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from conformance.evidence.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence


def surplus_starts(seen: int, expected: int) -> Iterator[Finding]:
    """See daemons started too often or too seldom, counted from the beginning.

    Args:
        seen: how many were started.
        expected: how many had to be.

    Yields:
        One finding if they differ.
    """
    if seen != expected:
        yield Finding("wrong_start_counts", f"{expected} starts so far", f"{seen}")


def surplus_connections(seen: int, expected: int) -> Iterator[Finding]:
    """See connections opened too often or too seldom, counted from the beginning.

    Args:
        seen: how many the daemons accepted.
        expected: how many they had to.

    Yields:
        One finding if they differ.
    """
    if seen != expected:
        yield Finding("wrong_connection_counts", f"{expected} connections so far", f"{seen}")


def surplus_daemons(living: Collection[int], allowed: int) -> Iterator[Finding]:
    """See more daemons of one factory alive than may be.

    Args:
        living: pids of those alive.
        allowed: how many may be.

    Yields:
        One finding if there are more.
    """
    if len(living) > allowed:
        actual = f"{len(living)}: pids {sorted(living)}"
        yield Finding("surplus_daemons", f"at most {allowed} of its daemons alive", actual)


def unasked_kill_requests(
    seen: Sequence[int], required: Sequence[int], allowed: Collection[int]
) -> Iterator[Finding]:
    """See kill requests that name a worker that nobody stopped, or one too often.

    Args:
        seen: pids that daemons were asked to kill.
        required: pids that they had to be asked to kill.
        allowed: pids that they may be asked to kill besides.

    Yields:
        One finding for each such pid.
    """
    for pid in Counter(seen) - Counter(required):
        if pid not in allowed:
            wanted = f"kill requests for {sorted(required)} alone"
            yield Finding("wrong_kill_requests", wanted, f"one for {pid} too")


def missing_kill_requests(seen: Sequence[int], required: Sequence[int]) -> Iterator[Finding]:
    """See stopped workers whose daemon was not asked to kill them.

    Args:
        seen: pids that daemons were asked to kill.
        required: pids that they had to be asked to kill.

    Yields:
        One finding for each such worker.
    """
    for pid in Counter(required) - Counter(seen):
        yield Finding("wrong_kill_requests", f"a kill request for {pid}", f"for {list(seen)}")


def mistaken_pids(told: int | None, answered: int | None) -> Iterator[Finding]:
    """See a worker whose pid is not that of the process at the other end.

    Args:
        told: the pid that create() returned; None if it returns none.
        answered: the pid of the process that answers.

    Yields:
        One finding if both are known and differ.
    """
    if told is not None and answered is not None and told != answered:
        yield Finding("mistaken_pids", f"the pid of the worker, {answered}", f"{told}")


def unauthenticated_handouts(pid: int, authenticated: Collection[int]) -> Iterator[Finding]:
    """See a worker handed out though it never got the right secret.

    Args:
        pid: of the worker.
        authenticated: pids of those that did.

    Yields:
        One finding if it did not.
    """
    if pid not in authenticated:
        actual = f"worker {pid} was handed out without it"
        yield Finding("unauthenticated_handouts", "the secret before the hand-out", actual)


def lost_connections(closed: Collection[int], alive: Collection[int]) -> Iterator[Finding]:
    """See workers cut off though nobody stopped them.

    Args:
        closed: pids of workers that saw their connection end.
        alive: pids of workers whose connection must be open.

    Yields:
        One finding for each that is not.
    """
    for pid in alive:
        if pid in closed:
            yield Finding("closed_connections", f"the connection of worker {pid} open", "closed")


def wrong_daemon_records(told: int | None, expected: int | None) -> Iterator[Finding]:
    """See a factory that has another daemon recorded than the one it has.

    Args:
        told: pid of the daemon, as the factory shows it.
        expected: pid of the daemon that it must have; None for none.

    Yields:
        One finding if they differ.
    """
    if told != expected:
        yield Finding("wrong_daemon_records", f"daemon {expected}", f"{told}")


def unregistered_workers(registered: Collection[int], leased: Collection[int]) -> Iterator[Finding]:
    """See workers that have an owner and are not registered.

    Args:
        registered: pids, as the factory shows them.
        leased: pids of the workers that have an owner.

    Yields:
        One finding for each.
    """
    for pid in leased:
        if pid not in registered:
            yield Finding("wrong_registrations", f"{pid} registered", f"{sorted(registered)}")


def strangers_registered(registered: Collection[int], handed: Collection[int]) -> Iterator[Finding]:
    """See processes registered that were never handed out as workers.

    Args:
        registered: pids, as the factory shows them.
        handed: pids of all workers ever handed out.

    Yields:
        One finding for each.
    """
    for pid in registered:
        if pid not in handed:
            actual = f"{pid}, whose handshake failed"
            yield Finding("wrong_registrations", "workers that were handed out", actual)


def wrong_idle_queues(told: Sequence[int], expected: Sequence[int]) -> Iterator[Finding]:
    """See a queue of idle workers that is not the one it must be.

    Args:
        told: pids queued, as the factory shows them, those of living workers.
        expected: pids that must be queued, the next to be handed out first.

    Yields:
        One finding if they differ.
    """
    if list(told) != list(expected):
        yield Finding("wrong_idle_queues", f"idle: {list(expected)}", f"{list(told)}")


def leaked_sockets(seen: int, expected: int) -> Iterator[Finding]:
    """See connections to daemons that the factory still holds though nobody owns them.

    Args:
        seen: how many sockets its process holds that are connected to the daemons.
        expected: how many workers are owned or idle.

    Yields:
        One finding if it holds more.
    """
    if seen > expected:
        yield Finding("leaked_connections", f"{expected} sockets to its daemons", f"{seen}")


def leaked_processes(left: Collection[int]) -> Iterator[Finding]:
    """See processes that live on after everything was stopped and closed.

    Args:
        left: their pids.

    Yields:
        One finding if there are any.
    """
    if left:
        wanted = "no process after stop() and close"
        yield Finding("surviving_processes", wanted, f"pids {sorted(left)}")
