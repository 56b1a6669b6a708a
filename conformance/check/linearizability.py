"""Calls that overlap: is there an order in which a model does what was seen?

A search after Wing and Gong (Testing and verifying concurrent objects, 1993) with the memory
of Lowe (2017) and Porcupine: all orders of the same phases meet again in one set of states.
Calls that do not overlap are the same search, with a single order.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Generic, TypeAlias, TypeVar

import msgspec

OperationT = TypeVar("OperationT")
StateT = TypeVar("StateT", bound=Hashable)

#: The model: from a state, by one phase of an operation, to each state that may come of it;
#: to none where the model does not allow what was observed. Pure.
Step: TypeAlias = Callable[[StateT, OperationT, str], Iterable[StateT]]

#: Configurations that a search explores unless it is told otherwise.
BUDGET = 100_000


class Interval(msgspec.Struct, Generic[OperationT], frozen=True):
    """An operation, and when it was under way.

    Attributes:
        operation: what was asked and what was observed, as the model wants it.
        begin: index of its call in the history.
        end: index of its return; None if it never answered: each of its phases may happen
            at any time after begin, or never.
        phases: what it does in turn, each at a moment of its own between begin and end;
            phases of other operations may come in between.
    """

    operation: OperationT
    begin: int
    end: int | None = None
    phases: tuple[str, ...] = ("whole",)


class Placed(msgspec.Struct, frozen=True):
    """One phase of an operation, in its place within an order.

    Attributes:
        index: of the operation among those that were given.
        phase: of that operation.
    """

    index: int
    phase: str


class Search(msgspec.Struct, Generic[StateT], frozen=True):
    """What a search has found.

    Attributes:
        finals: every state in which a valid order ends, each once, the first found first;
            empty if there is no valid order, and if the search is undecided.
        order: a valid order that ends in the first of finals, with as few phases of
            unanswered operations as there can be; without one, the longest that fits.
        refused: without a valid order, what could come after `order` by its time, but not
            by the model: indices of answered operations.
        is_undecided: whether the budget ran out, which is neither a pass nor a failure.
        explored: how many configurations were found: what is done, and a state after it.
    """

    finals: tuple[StateT, ...]
    order: tuple[Placed, ...]
    refused: tuple[int, ...]
    is_undecided: bool
    explored: int

    @property
    def is_linearizable(self) -> bool:
        """Whether there is a valid order."""
        return bool(self.finals)


def search(
    initial: Iterable[StateT],
    operations: Sequence[Interval[OperationT]],
    step: Step[StateT, OperationT],
    budget: int = BUDGET,
) -> Search[StateT]:
    """Look through all orders of operations that their times allow.

    One operation comes before another if it ended before the other began; others come in
    any order. Whoever goes on from the finals must know that an unanswered operation may
    still happen after them: as long as there is one, search the whole history anew.

    Args:
        initial: states, one of which is true at the beginning.
        operations: in any order.
        step: the model.
        budget: how many configurations to explore at most.

    Returns:
        All states in which valid orders end, and one such order or as much as fits.

    Raises:
        ValueError: if there is no initial state, or an operation ends before it begins.
    """
    course = _Course(initial, list(_moves(operations)), step)
    is_undecided = not course.run(budget)
    answered = sum(one.bit for one in course.moves if operations[one.placed.index].end is not None)
    ends = [states for done, states in course.found.items() if done & answered == answered]
    # The first of those that do most: `found` has the shorter orders first.
    best = max(course.found, key=lambda done: (done & answered).bit_count())
    stuck = () if is_undecided else course.moves_after(best)
    return Search(
        finals=() if is_undecided else tuple({state: None for states in ends for state in states}),
        order=course.order_to(best),
        refused=tuple(sorted(one.placed.index for one in stuck if one.bit & answered)),
        is_undecided=is_undecided,
        explored=course.explored,
    )


class _Move(msgspec.Struct, Generic[OperationT], frozen=True):
    """A phase to be placed; sets of moves are integers with one bit for each.

    Attributes:
        bit: its own.
        needs: bits of those that must come before it.
        operation: that it belongs to.
        placed: what an order says of it.
    """

    bit: int
    needs: int
    operation: OperationT
    placed: Placed


def _moves(operations: Sequence[Interval[OperationT]]) -> Iterator[_Move[OperationT]]:
    """Number all phases, and see what must come before each."""
    bits: list[int] = []
    for one in operations:
        first = sum(bits).bit_length()
        bits.append(((1 << len(one.phases)) - 1) << first)
    for index, one in enumerate(operations):
        if one.end is not None and one.end < one.begin:
            raise ValueError(f"operation {index} ends at {one.end}, before {one.begin}")
        before = (_ends_before(other, one) for other in operations)
        needs = sum(bit for bit, is_needed in zip(bits, before, strict=True) if is_needed)
        bit = bits[index] & -bits[index]
        for phase in one.phases:
            yield _Move(bit, needs, one.operation, Placed(index, phase))
            needs, bit = needs | bit, bit << 1


def _ends_before(one: Interval[OperationT], other: Interval[OperationT]) -> bool:
    """Tell whether an operation was over when another began."""
    return one.end is not None and one.end < other.begin


class _Course(Generic[StateT, OperationT]):
    """All configurations found, and how each was come by first."""

    def __init__(
        self,
        initial: Iterable[StateT],
        moves: Sequence[_Move[OperationT]],
        step: Step[StateT, OperationT],
    ) -> None:
        start: dict[StateT, tuple[StateT, _Move[OperationT]] | None] = dict.fromkeys(initial)
        if not start:
            raise ValueError("no initial state")
        self.moves = moves
        self.found = {0: start}
        self.explored = len(start)
        self._step = step

    def run(self, budget: int) -> bool:
        """Find all configurations, those of fewer moves first; tell whether the budget did."""
        queue = [0]
        for done in queue:  # it grows meanwhile; what leads to `done` has fewer moves
            for move in self.moves_after(done):
                if self._place(move, done):
                    queue.append(done | move.bit)
                if self.explored > budget:
                    return False
        return self.explored <= budget

    def moves_after(self, done: int) -> list[_Move[OperationT]]:
        """List the moves that may come next by their times."""
        return [one for one in self.moves if not done & one.bit and done & one.needs == one.needs]

    def order_to(self, done: int) -> tuple[Placed, ...]:
        """Trace how the first state of a set of moves was come by."""
        order: list[Placed] = []
        state = next(iter(self.found[done]))
        while (origin := self.found[done][state]) is not None:
            state, move = origin
            order.append(move.placed)
            done -= move.bit
        return tuple(reversed(order))

    def _place(self, move: _Move[OperationT], done: int) -> bool:
        """Make a move in all states; tell whether what is done then was not found before."""
        states = self.found.get(done | move.bit, {})
        known = len(states)
        for state in self.found[done]:
            for after in self._step(state, move.operation, move.placed.phase):
                states.setdefault(after, (state, move))
        self.explored += len(states) - known
        if known or not states:
            return False
        self.found[done | move.bit] = states
        return True
