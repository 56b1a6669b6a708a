"""Walks through the model, breadth first: every state within reach, and what is asked there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from conformance.contract.profiles import PROFILES, Profile
from conformance.evidence.scenario import (
    Arm,
    Cease,
    Create,
    Exchange,
    FactorySettings,
    KillDaemon,
    KillWorker,
    Operation,
    Release,
    Stop,
    StopWorker,
)
from conformance.plan import attempt
from conformance.plan.mischief import mischiefs_for
from conformance.plan.model import Deed, Model
from conformance.plan.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.plan.branch import Branch

SETTINGS = {
    "daemon": FactorySettings(),
    "capped": FactorySettings(idle_worker_max_pool_size=1),
    "simple": FactorySettings(use_daemon=False),
}
#: Profiles in which the model is walked far, and how far; others differ little from them.
STEPS = {"documented": 4, "spark-3.5": 4, "spark-4.3": 4}
_ALL = [
    pytest.param(name, kind, id=f"{name}-{kind}")
    for name in PROFILES
    for kind in SETTINGS
    if kind != "capped" or PROFILES[name].pool_cap
]
CASES = [one for one in _ALL if one.values[0] in STEPS]
NEARBY = [one for one in _ALL if one.values[0] not in STEPS]
#: How many names are given on the way to a state.
WORKERS = 3


class Turn(NamedTuple):
    """A state, what was asked in it, and what may come of it."""

    state: State
    operation: Operation
    branches: tuple[Branch, ...]


class Walk(NamedTuple):
    """All turns that were met, with all states, and what was done to processes in them."""

    profile: Profile
    settings: FactorySettings
    turns: tuple[Turn, ...]
    deeds: tuple[tuple[State, Deed, State], ...]


def operations(state: State, name: str) -> Iterator[Operation]:
    yield Create(worker=name)
    yield Stop()
    for worker, _ in (*state.leases, ("nobody", 0)):
        yield from (Exchange(worker=worker), Release(worker=worker), StopWorker(worker=worker))


def deeds(state: State, faults: tuple[str, ...]) -> Iterator[Deed]:
    yield from (KillDaemon(), KillWorker(worker="nobody"))
    yield from (KillWorker(worker=worker) for worker, _ in state.leases)
    if state.armed:
        yield Cease()
    elif len(state.leases) < WORKERS - 1 and len(state.misuse) < 1:
        yield from (Arm(fault=fault) for fault in faults)


def two_idle(model: Model) -> State:
    state = State()
    for name in ("w1", "w2"):
        state = next(model.branches(state, Create(worker=name))).state
    for name in ("w1", "w2"):
        state = next(model.branches(state, Release(worker=name))).state
    return state


@cache
def walk(name: str, kind: str) -> Walk:
    """Every way of a few steps from the beginning, and from two idle workers."""
    profile, settings = PROFILES[name], SETTINGS[kind]
    model = Model(profile, settings)
    faults = mischiefs_for(profile, use_daemon=settings.use_daemon)
    turns: list[Turn] = []
    done: list[tuple[State, Deed, State]] = []
    begun = (State(), two_idle(model))
    reached, border = set(begun), dict.fromkeys(begun)
    for _ in range(STEPS.get(name, 3)):
        after: dict[State, None] = {}
        for state in border:
            for operation in operations(state, f"w{len(state.leases) + 1}"):
                turn = Turn(state, operation, tuple(model.branches(state, operation)))
                turns.append(turn)
                after |= {branch.state: None for branch in turn.branches}
            for deed in deeds(state, faults):
                done.append((state, deed, Model.after(state, deed)))
                after[done[-1][2]] = None
        border = {one: None for one in after if one not in reached and len(one.leases) <= WORKERS}
        reached |= border.keys()
    return Walk(profile, settings, tuple(turns), tuple(done))


def pairs(name: str, kind: str) -> Iterator[tuple[Turn, Branch]]:
    return ((turn, branch) for turn in walk(name, kind).turns for branch in turn.branches)


def named_clauses() -> set[str]:
    """Ids of the clauses that the model names."""
    sources = (
        Path(attempt.__file__).parent / f"{one}.py" for one in ("attempt", "model", "simple")
    )
    lines = (line for one in sources for line in one.read_text(encoding="utf-8").splitlines())
    text = "".join(line.partition("#")[0] for line in lines)
    return set(re.findall(r'"([FD]-[A-Z]+-[0-9]+)"', text))
