"""How a factory stands once everything is still: too many processes, cut off or lost workers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Pids = Mapping[str, int | None]


@dataclass
class Standing:
    """What was seen of a factory once everything was still.

    Attributes:
        name: of the factory.
        has_daemon: whether its workers come from a daemon.
        starts: pids of its daemons, or simple workers, in order.
        living: those of them that live.
        closed: pids of workers that saw their connection end.
        alive: pids of workers that live, at least of those that it shows as idle.
        shown: what the factory shows of itself (docs/protocol.md, `factory.inspect`).
    """

    name: str
    has_daemon: bool
    starts: list[int] = field(default_factory=list[int])
    living: list[int] = field(default_factory=list[int])
    closed: set[int] = field(default_factory=set[int])
    alive: set[int] = field(default_factory=set[int])
    shown: dict[str, Any] = field(default_factory=dict[str, Any])


def is_crowded(seen: Standing, wanted: dict[str, Any]) -> bool:
    """Tell whether more daemons, or simple workers, live than may.

    Args:
        seen: of the factory.
        wanted: how it must stand.

    Returns:
        Whether it is so; some may be on their way out.
    """
    return len(seen.living) > _most(seen, wanted)


def wrongs_afterwards(seen: Standing, wanted: dict[str, Any], pids: Pids) -> Iterator[str]:
    """Find what is wrong with how a factory stands.

    Args:
        seen: of it.
        wanted: how it must stand.
        pids: of the workers handed out so far.

    Yields:
        A sentence for each wrong.
    """
    if is_crowded(seen, wanted):
        what = "daemons" if seen.has_daemon else "simple workers"
        yield f"{what} of {seen.name} that live: pids {seen.living}; may: {_most(seen, wanted)}"
    for name in (*wanted.get("leased", ()), *wanted.get("idle", ())):
        if pids.get(name) in seen.closed:
            yield f"{name}, pid {pids.get(name)}, was cut off, and nobody has stopped it"
    if seen.has_daemon:
        yield from _wrong_daemons(seen, wanted)
        yield from _wrong_registrations(seen, wanted, pids)
        yield from _wrong_queues(seen, wanted, pids)


def _most(seen: Standing, wanted: dict[str, Any]) -> int:
    if seen.has_daemon:
        return int(wanted.get("daemon") == "serving")
    return len(wanted.get("leased", ()))


def _wrong_daemons(seen: Standing, wanted: dict[str, Any]) -> Iterator[str]:
    if "daemon_pid" not in seen.shown or wanted.get("daemon") == "dead":
        return
    told, is_serving = seen.shown["daemon_pid"], wanted.get("daemon") == "serving"
    expected = seen.starts[-1] if is_serving and seen.starts else None
    if told != expected and not (is_serving and told is None):
        yield f"{seen.name} has daemon {told} on record; must have: {expected}"


def _wrong_registrations(seen: Standing, wanted: dict[str, Any], pids: Pids) -> Iterator[str]:
    told = seen.shown.get("workers")
    if told is None:
        return
    for name in wanted.get("leased", ()):
        if pids.get(name) not in {None, *told}:
            yield f"{name}, pid {pids.get(name)}, has an owner and is not registered"
    if None in pids.values():
        return  # that of a worker which was never known may be among them
    for pid in sorted(set(told) - set(pids.values())):
        yield f"pid {pid} is registered at {seen.name} and was never handed out"


def _wrong_queues(seen: Standing, wanted: dict[str, Any], pids: Pids) -> Iterator[str]:
    told = seen.shown.get("idle")
    if told is None:
        return
    expected = [pid for name in wanted.get("idle", ()) if (pid := pids.get(name)) is not None]
    stopped = {pids.get(name) for name in wanted.get("stopped", ())}
    # A dead worker may stay queued until create() meets it, but for one that was stopped.
    queued = [pid for pid in told if pid in seen.alive or pid in stopped or pid in expected]
    if queued != expected:
        yield f"idle at {seen.name}: pids {queued}; must be: {expected}"
