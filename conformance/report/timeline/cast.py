"""Who takes part in a history: callers, the factory, its daemons and workers, as lanes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from conformance.report.timeline.picture import Bar, Lane

if TYPE_CHECKING:
    from conformance.evidence.sightings import Sighting

Kind = Literal["caller", "factory", "daemon", "worker"]

#: From left to right.
_ORDER: tuple[Kind, ...] = ("caller", "factory")


class Cast:
    """Gives everyone who takes part a number, in the order in which they appear.

    Attributes:
        bars: operations, as far as they have come.
    """

    def __init__(self) -> None:
        self.bars: list[Bar] = []
        self._parts: list[tuple[Kind, str, str]] = []
        self._spans: list[list[int]] = []
        self._by_pid: dict[int, int] = {}
        self._pids_of: dict[str, int] = {}
        self._calls: dict[str, tuple[int, int, int]] = {}
        self._factory: int | None = None

    def caller(self, call: Sighting, row: int) -> int:
        """Give a call the lane of a caller that has nothing else to do.

        Args:
            call: sighting of the call.
            row: its number.

        Returns:
            Number of the lane.
        """
        busy = {lane for lane, _, _ in self._calls.values()}
        callers = [number for number, part in enumerate(self._parts) if part[0] == "caller"]
        free = next((one for one in callers if one not in busy), None)
        if free is None:
            free = self._add("caller", f"caller {len(callers) + 1}", "", row)
        self._calls[call.keys["id"]] = (free, row, self.target(call, row))
        return self._seen(free, row)

    def returned(self, answer: Sighting, row: int) -> tuple[int, int] | None:
        """End a call.

        Args:
            answer: sighting of its return.
            row: its number.

        Returns:
            Lanes of who was called, and of the caller; None if nobody called.
        """
        begun = self._calls.pop(answer.keys["id"], None)
        if begun is None:
            return None
        lane, first, target = begun
        self.bars.append(Bar(lane=lane, first=first, last=row, is_open=False))
        if "worker" in answer.keys and "pid" in answer.keys:
            self._pids_of[answer.keys["worker"]] = answer.number("pid")
        return self._seen(target, row), self._seen(lane, row)

    def target(self, call: Sighting, row: int) -> int:
        """Tell who is called: the factory, or the worker that an exchange is with.

        Args:
            call: sighting of the call.
            row: its number.

        Returns:
            Number of the lane.
        """
        is_factory = call.keys["op"].startswith("factory.")
        pid = self._pids_of.get(call.keys.get("worker", ""))
        known = None if is_factory or pid is None else self._by_pid.get(pid)
        return self.factory(row) if known is None else self._seen(known, row)

    def factory(self, row: int) -> int:
        """Give the factory its lane.

        Args:
            row: number of the row in which it takes part.

        Returns:
            Number of the lane.
        """
        if self._factory is None:
            self._factory = self._add("factory", "factory", "", row)
        return self._seen(self._factory, row)

    def process(self, pid: int, kind: Kind, row: int, generation: str = "") -> int:
        """Give a process its lane.

        Args:
            pid: its pid.
            kind: `daemon` or `worker`.
            row: number of the row in which it takes part.
            generation: of a daemon.

        Returns:
            Number of the lane.
        """
        if pid not in self._by_pid:
            number = 1 + sum(part[0] == kind for part in self._parts)
            name = f"{kind} {generation or number}"
            self._by_pid[pid] = self._add(kind, name, f"pid {pid}", row)
        return self._seen(self._by_pid[pid], row)

    def known(self, pid: int) -> int | None:
        """Find the lane of a process.

        Args:
            pid: its pid.

        Returns:
            Number of the lane; None if it has none.
        """
        return self._by_pid.get(pid)

    def close(self, last: int) -> tuple[tuple[Lane, ...], dict[int, int]]:
        """Put everyone into their places.

        Args:
            last: number of the last row.

        Returns:
            The lanes from left to right, and the place of each number given so far.
        """
        for lane, first, _ in self._calls.values():
            self.bars.append(Bar(lane=lane, first=first, last=last, is_open=True))
            self._spans[lane][1] = last
        ranks = {kind: rank for rank, kind in enumerate(_ORDER)}
        numbers = sorted(
            range(len(self._parts)), key=lambda one: ranks.get(self._parts[one][0], len(ranks))
        )
        places = {number: place for place, number in enumerate(numbers)}
        return tuple(self._lane(number) for number in numbers), places

    def _lane(self, number: int) -> Lane:
        kind, name, note = self._parts[number]
        first, last = self._spans[number]
        return Lane(name=name, note=note, kind=kind, first=first, last=last)

    def _add(self, kind: Kind, name: str, note: str, row: int) -> int:
        self._parts.append((kind, name, note))
        self._spans.append([row, row])
        return len(self._parts) - 1

    def _seen(self, lane: int, row: int) -> int:
        self._spans[lane][1] = max(self._spans[lane][1], row)
        return lane
