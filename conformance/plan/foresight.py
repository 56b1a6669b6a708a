"""Foresees a whole scenario: an automaton of all that the model allows to be seen of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from conformance.contract.lifecycles import WorkerState
from conformance.errors import SuiteError
from conformance.evidence.observations import Aftermath, Observation
from conformance.evidence.scenario import Arm, Cease, KillDaemon, KillWorker, Together
from conformance.plan.company import Company, World, first_name
from conformance.plan.interleaving import interleavings
from conformance.plan.model import Deed
from conformance.plan.oblivion import at_rest, names_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.contract.profiles import Profile
    from conformance.evidence.scenario import AnyStep, Scenario
    from conformance.plan.state import State

#: The most observations that are told of a scenario; nobody reads more, or replays them.
MOST = 1000
#: The most ways that are followed through a step; most of them meet again.
MOST_WAYS = 20_000


class _Move(NamedTuple):
    """A way through a step."""

    before: World
    after: World
    seen: Observation


def foresee(scenario: Scenario, profile: Profile) -> tuple[tuple[Observation, ...], ...]:
    """Say what may be seen of each step of a scenario, by the model alone.

    Args:
        scenario: in question; what it expects itself is not looked at.
        profile: by which it is judged.

    Returns:
        For each step its observations, at least one: from the states of the model that
        were possible before it (`before`) to those that are possible after it (`after`).
        Equal arguments give equal ones.

    Raises:
        SuiteError: if the model allows more than anybody can follow.
    """
    company = Company(scenario, profile)
    worlds = [company.beginning]
    steps: list[list[_Move]] = []
    for step, named in zip(scenario.steps, names_after(scenario.steps), strict=True):
        moves = list(dict.fromkeys(_moves(company, step, worlds, named)))
        _refuse_beyond(MOST_WAYS, len(moves), f"step {len(steps) + 1}")
        steps.append(moves)
        worlds = list(dict.fromkeys(move.after for move in moves))
    told = _numbered(steps)
    _refuse_beyond(MOST, sum(map(len, told)), "the scenario")
    return told


def _refuse_beyond(most: int, count: int, what: str) -> None:
    if count > most:
        raise SuiteError(
            f"the model allows {count} ways through {what}; {most} are the most that are told: "
            "shorten it, or have fewer callers at the same time"
        )


def _numbered(steps: Sequence[Sequence[_Move]]) -> tuple[tuple[Observation, ...], ...]:
    """Number the states before each step; those with the same future are one."""
    told: list[tuple[Observation, ...]] = []
    numbers: dict[World, int] = {}
    for moves in reversed(steps):
        ways: dict[World, list[Observation]] = {}
        for move in moves:
            # Nothing follows the last step: there all states are one.
            seen = msgspec.structs.replace(move.seen, after=numbers.get(move.after, 0))
            ways.setdefault(move.before, []).append(seen)
        futures: dict[frozenset[Observation], int] = {}
        numbers = {
            world: futures.setdefault(frozenset(seen), len(futures)) for world, seen in ways.items()
        }
        told.append(
            tuple(
                dict.fromkeys(
                    msgspec.structs.replace(one, before=numbers[world])
                    for world, seen in ways.items()
                    for one in seen
                )
            )
        )
    return tuple(reversed(told))


# -- steps ----------------------------------------------------------------------------------------


def _moves(
    company: Company, step: AnyStep, worlds: Iterable[World], named: frozenset[str]
) -> Iterator[_Move]:
    for world in worlds:
        for after, outcome in _ways(company, step, world):
            rest = tuple(at_rest(state, named) for state in after)
            seen = _counted(world, after, outcome)
            if not isinstance(step, Deed):
                seen = msgspec.structs.replace(seen, afterwards=tuple(map(_aftermath, after)))
            yield _Move(world, rest, seen)


def _ways(company: Company, step: AnyStep, world: World) -> Iterator[tuple[World, Observation]]:
    """Say how a step may come out, without what is counted."""
    match step:
        case Arm() | Cease() | KillDaemon() | KillWorker():
            yield company.after(world, step), Observation()
        case Together():
            for after, branches in interleavings(company, world, step):
                yield after, Observation(branches=branches)
        case _:
            yield from company.ways(world, step)


def _counted(before: World, after: World, outcome: Observation) -> Observation:
    kills = [_kill_requests(state) for state in after]
    return msgspec.structs.replace(
        outcome,
        starts=sum(one.starts for one in after) - sum(one.starts for one in before),
        connections=sum(one.connections for one in after),
        kill_requests=tuple(name for required, _ in kills for name in required),
        may_kill_requests=tuple(name for _, further in kills for name in further),
    )


def _kill_requests(state: State) -> tuple[list[str], list[str]]:
    """Whom a daemon must be asked to kill, and whom it may be asked to kill.

    Of one that was ended since nobody knows what it has read: SIGTERM overtakes its stdin.
    """
    serving = state.starts if state.has_living_daemon else None
    required = {one for one in state.kills if state.lives[one].generation == serving}
    further = state.may_kill | (set(state.kills) - required)
    # One operation leads to one request at most; those of several come in any order.
    return _first_names(state, required), _first_names(state, further)


def _first_names(state: State, lives: Iterable[int]) -> list[str]:
    return [first_name(state, life) for life in sorted(lives)]


def _aftermath(state: State) -> Aftermath:
    """How a factory stands in a state."""
    has_daemon = state.has_living_daemon or state.has_dead_daemon
    idle = (index for index in state.idle if state.lives[index].is_alive)
    return Aftermath(
        daemon=("serving" if state.has_living_daemon else "dead") if has_daemon else "none",
        leased=_names_of(state, WorkerState.LEASED),
        idle=tuple(first_name(state, index) for index in idle),
        stopped=_names_of(state, WorkerState.STOPPED),
    )


def _names_of(state: State, wanted: WorkerState) -> tuple[str, ...]:
    """Names of the workers that are in a state of their own, by the alphabet."""
    lives = (index for index, life in enumerate(state.lives) if life.state is wanted)
    return tuple(sorted(first_name(state, index) for index in lives))
