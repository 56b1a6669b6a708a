"""Forgets what no later step of a scenario depends on, so that states meet again."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec

from conformance.contract.lifecycles import WorkerState
from conformance.evidence.scenario import AnyStep, Together
from conformance.plan.company import first_name
from conformance.plan.state import Life, State

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A life of which only the name may still be heard.
_GONE = Life(WorkerState.DEAD, 0, is_open=False)


def names_after(steps: Sequence[AnyStep]) -> list[frozenset[str]]:
    """Tell which workers are named after each step.

    Args:
        steps: of a scenario.

    Returns:
        For each step the names in those that follow it.
    """
    found: list[frozenset[str]] = []
    named: frozenset[str] = frozenset()
    for step in reversed(steps):
        found.append(named)
        branches = step.branches if isinstance(step, Together) else ((step,),)
        named |= {getattr(one, "worker", "") for branch in branches for one in branch}
    return found[::-1]


def in_order(state: State) -> State:
    """Number a factory's workers by their pids, so that states meet however they came about.

    Args:
        state: of a factory; workers of unknown pid stay in the order of their handing out.

    Returns:
        The state in which the same workers stand in the same way.
    """

    def rank(life: int) -> tuple[bool, int, int]:
        pid = state.lives[life].pid
        return (pid is None, pid or 0, life)

    order = sorted(range(len(state.lives)), key=rank)
    places = {life: place for place, life in enumerate(order)}
    return msgspec.structs.replace(
        state,
        lives=tuple(state.lives[life] for life in order),
        idle=tuple(places[life] for life in state.idle),
        leases=tuple(sorted((name, places[life]) for name, life in state.leases)),
        kills=tuple(sorted(places[life] for life in state.kills)),
        may_kill=frozenset(places[life] for life in state.may_kill),
        dying=frozenset(places[life] for life in state.dying),
    )


def at_rest(state: State, named: frozenset[str]) -> State:
    """Give the state from which the same follows, with as little in it as can be.

    Args:
        state: of a factory after a step.
        named: workers that are named later.

    Returns:
        The state, with counts begun anew, and without lives that nobody can meet. Who
        lives is met: he must be left alone.
    """
    met = set(state.idle) | {life for name, life in state.leases if name in named}
    met |= {index for index, life in enumerate(state.lives) if life.is_alive}
    # Who was handed out first matters no more: by their names all orders are one.
    kept = sorted(met | state.may_kill, key=lambda life: first_name(state, life))
    places = {life: place for place, life in enumerate(kept)}
    leases = ((name, places[life]) for name, life in state.leases if life in places)
    # Which daemon a worker is of matters no more than whether it is of the last one.
    lives = (
        msgspec.structs.replace(life, generation=int(life.generation == state.starts))
        for life in map(state.lives.__getitem__, kept)
    )
    return msgspec.structs.replace(
        state.settled(),
        starts=min(state.starts, 1),
        lives=tuple(
            life if index in met else _GONE for index, life in zip(kept, lives, strict=True)
        ),
        idle=tuple(places[life] for life in state.idle),
        leases=tuple(sorted(leases, key=itemgetter(1))),
        may_kill=frozenset(places[life] for life in state.may_kill),
        connections=0,
        kills=(),
        misuse=(),
    )
