"""The search for valid orders against histories known by heart and against brute force."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import given, strategies as st

from conformance.check.linearizability import Interval, Placed, Search, search

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# -- a register --------------------------------------------------------------------------

#: What was asked of a register, and the value written or seen; None: nobody saw it.
Access: TypeAlias = tuple[str, int | None]


def register(state: int, access: Access, _phase: str) -> Iterable[int]:
    kind, value = access
    if kind == "write":
        assert value is not None
        return (value,)
    return (state,) if value in (None, state) else ()


def write(value: int, begin: int, end: int | None) -> Interval[Access]:
    return Interval(("write", value), begin, end)


def read(value: int | None, begin: int, end: int | None) -> Interval[Access]:
    return Interval(("read", value), begin, end)


def indices(found: Search[int]) -> list[int]:
    return [one.index for one in found.order]


def test_nothing_ends_where_it_began() -> None:
    found = search([0, 7], [], register)
    assert (found.finals, found.order, found.is_linearizable) == ((0, 7), (), True)


def test_calls_in_turn_have_one_order() -> None:
    found = search([0], [read(1, 4, 5), write(1, 0, 1), write(2, 6, 7)], register)
    assert (found.finals, indices(found), found.explored) == ((2,), [1, 0, 2], 4)


@pytest.mark.parametrize("seen", [0, 1])
def test_a_read_may_see_what_is_being_written(seen: int) -> None:
    found = search([0], [write(1, 0, 3), read(seen, 1, 2)], register)
    assert (found.finals, indices(found)) == ((1,), [0, 1] if seen else [1, 0])


def test_a_read_must_not_go_back() -> None:
    # Two reads in turn beside one write: new, then old.
    found = search([0], [write(1, 0, 9), read(1, 1, 2), read(0, 3, 4)], register)
    assert not found.is_linearizable
    assert not found.is_undecided
    assert (found.finals, indices(found), found.refused) == ((), [0, 1], (2,))


def test_two_writes_may_end_either_way() -> None:
    assert set(search([0], [write(1, 0, 3), write(2, 1, 2)], register).finals) == {1, 2}


def test_calls_that_touch_overlap() -> None:
    assert search([0], [read(1, 0, 1), write(1, 1, 2)], register).is_linearizable


def test_what_never_answered_may_happen_late_or_never() -> None:
    lost = write(1, 0, None)
    assert set(search([0], [lost], register).finals) == {0, 1}
    late = search([0], [lost, read(0, 1, 2), read(1, 3, 4)], register)
    assert (late.finals, indices(late)) == ((1,), [1, 0, 2])
    once = search([0], [lost, read(1, 1, 2), write(0, 3, 4), read(1, 5, 6)], register)
    assert (once.is_linearizable, indices(once), once.refused) == (False, [0, 1, 2], (3,))


def test_it_does_not_happen_before_it_was_asked() -> None:
    assert not search([0], [read(1, 0, 1), write(1, 2, None)], register).is_linearizable


def test_an_order_takes_no_more_unanswered_operations_than_it_needs() -> None:
    found = search([0], [write(1, 0, None), write(2, 1, None), read(2, 2, 3)], register)
    assert indices(found) == [1, 2]
    assert set(found.finals) == {1, 2}


def test_one_of_several_initial_states_will_do() -> None:
    assert search([0, 1, 2], [read(1, 0, 1)], register).finals == (1,)


def test_over_budget_is_no_verdict() -> None:
    calls = [write(value, 0, 9) for value in range(6)]
    found = search([0], calls, register, budget=20)
    assert (found.is_undecided, found.is_linearizable, found.finals) == (True, False, ())
    assert found.refused == ()
    assert found.explored == 21
    assert search([0], [], register, budget=0).is_undecided
    # Failure to fit is no verdict either while something is left to explore.
    bad = [*calls, read(77, 0, 9)]
    assert search([0], bad, register, budget=20).is_undecided
    assert not search([0], bad, register).is_undecided


def test_exactly_the_budget_is_enough() -> None:
    calls = [write(1, 0, 3), read(1, 1, 2)]
    explored = search([0], calls, register).explored
    assert not search([0], calls, register, budget=explored).is_undecided
    assert search([0], calls, register, budget=explored - 1).is_undecided


def test_mistakes_of_the_caller() -> None:
    with pytest.raises(ValueError, match="operation 0 ends at 1, before 2"):
        search([0], [read(0, 2, 1)], register)
    with pytest.raises(ValueError, match="no initial state"):
        search([], [read(0, 1, 2)], register)


# -- a pool: a create looks into it, and then goes to the daemon ---------------------------


class Pool(tuple[tuple[int, ...], int, tuple[str, ...]]):
    """Idle workers, how many were forked, and callers that are on their way to the daemon."""

    __slots__ = ()


#: A create and the worker it got, a release and the worker, or how many were forked.
Ask: TypeAlias = tuple[str, int | None]
CREATE = ("look", "fork")


def pool(state: Pool, ask: Ask, phase: str) -> Iterable[Pool]:
    idle, forked, coming = state
    kind, worker = ask
    if kind == "create":
        yield from hand_out(state, worker, phase)
    elif kind == "release":
        assert worker is not None
        yield Pool(((*idle, worker), forked, coming))
    elif forked == worker:
        yield state


def hand_out(state: Pool, worker: int | None, phase: str) -> Iterable[Pool]:
    idle, forked, coming = state
    me = str(worker)
    if phase == "look" and idle:
        if worker in (None, idle[0]):
            yield Pool((idle[1:], forked, coming))
    elif phase == "look":
        yield Pool((idle, forked, (*coming, me)))
    elif me not in coming:
        yield state
    elif worker in (None, forked):
        left = list(coming)
        left.remove(me)
        yield Pool((idle, forked + 1, tuple(left)))


EMPTY = Pool(((), 0, ()))


def create(worker: int | None, begin: int, end: int | None) -> Interval[Ask]:
    return Interval(("create", worker), begin, end, CREATE)


def release(worker: int, begin: int, end: int | None) -> Interval[Ask]:
    return Interval(("release", worker), begin, end)


def count(forked: int, begin: int, end: int | None) -> Interval[Ask]:
    return Interval(("count", forked), begin, end)


def test_phases_of_one_call_stand_in_order_around_other_calls() -> None:
    # It looked before worker 0 came back, and had not forked when somebody counted.
    calls = [create(0, 0, 1), create(1, 2, 9), release(0, 3, 4), count(1, 5, 6)]
    found = search([EMPTY], calls, pool)
    assert found.finals == (Pool(((0,), 2, ())),)
    assert found.order == (
        Placed(0, "look"),
        Placed(0, "fork"),
        Placed(1, "look"),
        Placed(2, "whole"),
        Placed(3, "whole"),
        Placed(1, "fork"),
    )


def test_a_worker_given_back_before_is_taken() -> None:
    calls = [create(0, 0, 1), release(0, 2, 3), create(1, 4, 5)]
    found = search([EMPTY], calls, pool)
    assert (found.is_linearizable, found.refused) == (False, (2,))


def test_a_call_that_never_answered_may_stop_half_way() -> None:
    finals = search([EMPTY], [create(None, 0, None)], pool).finals
    assert finals == (EMPTY, Pool(((), 0, ("None",))), Pool(((), 1, ())))


# -- brute force ---------------------------------------------------------------------------


def all_orders(calls: Sequence[Interval[Ask]]) -> Iterator[tuple[Placed, ...]]:
    """Try every sequence of every subset of phases, and keep what the times allow."""
    every = [Placed(at, phase) for at, call in enumerate(calls) for phase in call.phases]
    for length in range(len(every) + 1):
        yield from (order for order in permutations(every, length) if is_in_time(calls, order))


def is_in_time(calls: Sequence[Interval[Ask]], order: Sequence[Placed]) -> bool:
    for at, call in enumerate(calls):
        mine = [one.phase for one in order if one.index == at]
        if tuple(mine) != call.phases[: len(mine)] or (
            call.end is not None and len(mine) < len(call.phases)
        ):
            return False
    return not any(
        (end := calls[later.index].end) is not None and end < calls[one.index].begin
        for at, one in enumerate(order)
        for later in order[at:]
    )


def outcomes(order: Sequence[Placed], calls: Sequence[Interval[Ask]]) -> set[Pool]:
    states = {EMPTY}
    for one in order:
        ask = calls[one.index].operation
        states = {after for state in states for after in pool(state, ask, one.phase)}
    return states


@st.composite
def histories(draw: st.DrawFn) -> list[Interval[Ask]]:
    workers = st.none() | st.integers(0, 2)
    makers = st.lists(st.sampled_from(["create", "release", "count"]), min_size=1, max_size=4)
    calls: list[Interval[Ask]] = []
    for kind in draw(makers.filter(lambda kinds: kinds.count("create") <= 2)):
        begin = draw(st.integers(0, 6))
        end = draw(st.none() | st.integers(begin, 8))
        if kind == "create":
            calls.append(create(draw(workers), begin, end))
        else:
            calls.append(Interval((kind, draw(st.integers(0, 2))), begin, end))
    return calls


@given(histories())
def test_search_finds_what_brute_force_finds(calls: list[Interval[Ask]]) -> None:
    found = search([EMPTY], calls, pool)
    ends = [(order, outcomes(order, calls)) for order in all_orders(calls)]
    assert set(found.finals) == {state for _, states in ends for state in states}
    assert len(found.finals) == len(set(found.finals))
    if found.is_linearizable:
        assert is_in_time(calls, found.order)
        assert found.finals[0] in outcomes(found.order, calls)
        assert len(found.order) == min(len(order) for order, states in ends if states)
    else:
        assert outcomes(found.order, calls)
        assert found.refused
