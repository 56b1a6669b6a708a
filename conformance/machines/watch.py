"""What the fakes of a scenario told, by factory, folded as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.observe import processes

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.evidence.sightings import Sighting
    from conformance.stage.stage import Stage

#: The variable by which a fake tells whose it is.
MARK = "WFC_PROBE_FACTORY"


class Seen:
    """What was seen of one factory.

    Attributes:
        starts: pids of its daemons, or simple workers, in order.
        ports: of its daemons.
        connections: how many connections its daemons accepted.
        kill_requests: pids that its daemons were asked to kill, in order.
        authenticated: pids of workers that were sent the right secret.
        closed: pids of workers that saw their connection end.
        forked: pids of the workers of its daemons.
        generations: which of its daemons, from 1, forked a worker, by the worker's pid.
    """

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.ports: list[int] = []
        self.connections = 0
        self.kill_requests: list[int] = []
        self.authenticated: set[int] = set()
        self.closed: set[int] = set()
        self.forked: set[int] = set()
        self.generations: dict[int, int] = {}
        self._dead: set[int] = set()

    @property
    def pids(self) -> set[int]:
        """Pids of all its processes that told of themselves, or were told of."""
        return self.forked.union(self.starts)

    def living(self) -> tuple[int, ...]:
        """List its daemons, or simple workers, that live.

        Returns:
            Their pids.
        """
        self._dead |= {pid for pid in self.starts if not self._is_alive(pid)}
        return tuple(pid for pid in self.starts if pid not in self._dead)

    def _is_alive(self, pid: int) -> bool:
        return pid not in self._dead and processes.is_alive(pid)


class Watch:
    """Folds the sightings of a stage, by factory.

    Args:
        stage: whose side channel is read.

    Attributes:
        gates: names of those that somebody stands at, or stood.
        answered_s: when the last answer to a call came, by the monotonic clock.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._folded = 0
        self._seen: dict[str, Seen] = {}
        self._owner: dict[int, str] = {}
        self._waiting: dict[int, list[Sighting]] = {}
        self.gates: set[str] = set()
        self.answered_s = 0.0

    def of(self, factory: str) -> Seen:
        """Take in what is new, and tell of one factory.

        Args:
            factory: its name.

        Returns:
            What was seen of it so far.
        """
        self.look()
        return self._seen.setdefault(factory, Seen())

    def look(self) -> None:
        """Take in what is new."""
        news = self._stage.channel.since(self._folded)
        for seen in news:
            self._fold(seen)
        self._folded += len(news)

    def _fold(self, seen: Sighting) -> None:
        if seen.what == "gate":
            self.gates.add(seen.keys["name"])
        if seen.who == "harness":
            self.answered_s = seen.at_ns / 1e9 if seen.what == "return" else self.answered_s
            return
        if seen.what == "env" and seen.keys["name"] == MARK:
            self._owner[seen.pid] = seen.keys["value"]
            for earlier in self._waiting.pop(seen.pid, []):
                self._take(earlier)
        if seen.pid in self._owner:
            self._take(seen)
        else:
            self._waiting.setdefault(seen.pid, []).append(seen)

    def _take(self, seen: Sighting) -> None:
        owner = self._owner[seen.pid]
        mine = self._seen.setdefault(owner, Seen())
        if seen.what == "fork":
            worker = seen.number("worker_pid")
            self._owner[worker] = owner
            mine.forked.add(worker)
            if seen.pid in mine.starts:
                mine.generations[worker] = mine.starts.index(seen.pid) + 1
            for earlier in self._waiting.pop(worker, []):
                self._take(earlier)
        elif seen.what in _TAKERS:
            _TAKERS[seen.what](mine, seen)


def _take_accept(mine: Seen, _seen: Sighting) -> None:
    mine.connections += 1


def _take_authenticate(mine: Seen, seen: Sighting) -> None:
    if seen.keys["ok"] == "1":
        mine.authenticated.add(seen.pid)


#: What is kept of a sighting, by its name.
_TAKERS: dict[str, Callable[[Seen, Sighting], None]] = {
    "start": lambda mine, seen: mine.starts.append(seen.pid),
    "listen": lambda mine, seen: mine.ports.append(seen.number("port")),
    "accept": _take_accept,
    "kill_request": lambda mine, seen: mine.kill_requests.append(seen.number("pid")),
    "authenticate": _take_authenticate,
    "offer": lambda mine, seen: mine.authenticated.add(seen.pid),
    "closed": lambda mine, seen: mine.closed.add(seen.pid),
}
