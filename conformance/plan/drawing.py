"""Draws whole scenarios: the plan first, from the model alone, with a swarm of its own."""

from __future__ import annotations

from itertools import count, islice
from typing import TYPE_CHECKING, Literal

import msgspec
from hypothesis import strategies as st

from conformance.contract.lifecycles import WorkerState
from conformance.evidence.scenario import (
    AnyStep,
    Arm,
    Asked,
    Cease,
    Create,
    Exchange,
    Gate,
    GatePoint,
    KillDaemon,
    KillWorker,
    Release,
    Scenario,
    Stop,
    StopWorker,
    Together,
)
from conformance.plan.mischief import MISCHIEFS
from conformance.plan.outlook import Outlook

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.contract.profiles import Profile
    from conformance.plan.repertoire import Kind, Repertoire

#: Chooses among what makes sense; the model says how much there is.
WHICH = st.integers(0, 1 << 10)
#: How many kinds of steps the swarm leaves out at most; never `create`.
_LEFT_OUT = 3
#: What a caller does while others are at work.
_Call = Literal["create", "release", "stop_worker", "stop"]
#: Who meets: with few kinds of calls, the same meet again and again.
_COMPANIES: tuple[tuple[_Call, ...], ...] = (
    ("stop",),
    ("stop", "create"),
    ("release",),
    ("release", "create"),
    ("release", "create"),
    ("stop_worker",),
    ("stop_worker", "create"),
    ("create", "release", "stop_worker", "stop"),
)
#: Who meets where there is no daemon, and so nothing to give back.
_NEWCOMERS: tuple[tuple[_Call, ...], ...] = (("create",), ("stop",), ("stop", "create"))
#: What comes before they meet: the daemon is there, was stopped, or is dead.
_UPHEAVALS: tuple[Kind | None, ...] = (None, None, None, None, "stop", "stop", "kill_daemon")
#: How many workers are asked for before they meet, so that there is something to give back.
_OWNED = 2
#: How often callers meet in a scenario.
MEETINGS = (2, 3, 4)
#: How many callers there are beside the first.
_OTHERS = (1, 2, 2, 3)
#: The most calls at the same time, about: each more takes several times as long to judge.
_MOST_CALLS = 6
#: Who controls the order, in a whole scenario: gates, or mere chance.
_ARE_CONTROLLED = (True, True, True, True, True, True, True, False)
#: How gates do: by one create() that is held until the others are done, at random, or
#: not at all: what happens wholly inside the implementation is left to chance.
_CONTROLS = ("held", "held", "held", "random", "chance")
_GATES = 3
#: Where the machines hold fakes.
GATE_POINTS: tuple[GatePoint, ...] = (
    "announce",
    "accept",
    "acknowledge",
    "authenticate",
    "leave",
)
#: Those to which a create() comes: where its daemon does not live, and where it does.
_HOLDING: tuple[tuple[GatePoint, ...], ...] = (
    ("announce", "accept", "acknowledge", "authenticate"),
    ("accept", "acknowledge", "authenticate"),
)

#: Kind of step → what it acts on, by the outlook.
_TARGETS: dict[Kind, Callable[[Outlook], list[str]]] = {
    "create": lambda outlook: list(outlook.states),
    "exchange": Outlook.leased,
    "release": Outlook.owned,
    "stop_worker": Outlook.owned,
    "stop": Outlook.stoppable,
    "release_again": lambda outlook: outlook.workers(WorkerState.IDLE),
    "stop_idle": lambda outlook: outlook.workers(WorkerState.IDLE),
    "stop_again": lambda outlook: outlook.workers(WorkerState.STOPPED),
    "release_stopped": lambda outlook: outlook.workers(WorkerState.STOPPED),
    "arm": lambda outlook: [name for name in outlook.states if outlook.armable(name)],
    "cease": Outlook.armed,
    "kill_daemon": Outlook.living_daemons,
    "kill_worker": lambda outlook: outlook.workers(WorkerState.LEASED, WorkerState.IDLE),
}


def targets(outlook: Outlook, kind: Kind) -> list[str]:
    """List what a kind of step can act on.

    Args:
        outlook: how things stand.
        kind: of step.

    Returns:
        Names of factories or of workers; none if the step makes no sense now.
    """
    return _TARGETS[kind](outlook)


def make_step(outlook: Outlook, kind: Kind, target: str) -> AnyStep:
    """Make a step that needs no more than its target.

    Args:
        outlook: how things stand.
        kind: of step; not `arm`.
        target: one of `targets`.

    Returns:
        The step.
    """
    match kind:
        case "create":
            return Create(worker=outlook.new_name(), factory=target)
        case "exchange":
            return Exchange(worker=target)
        case "release" | "release_again" | "release_stopped":
            return Release(worker=target)
        case "stop_worker" | "stop_idle" | "stop_again":
            return StopWorker(worker=target)
        case _:
            return _on_factory(kind, target)


def _on_factory(kind: Kind, target: str) -> AnyStep:
    match kind:
        case "kill_worker":
            return KillWorker(worker=target)
        case "kill_daemon":
            return KillDaemon(factory=target)
        case "cease":
            return Cease(factory=target)
        case _:
            return Stop(factory=target)


@st.composite
def scenarios(
    draw: st.DrawFn,
    repertoire: Repertoire,
    profile: Profile,
    most: int = 20,
    meetings: tuple[int, ...] = MEETINGS,
) -> Scenario:
    """Draw a whole scenario.

    Args:
        draw: Hypothesis'.
        repertoire: what may be played.
        profile: by which it will be judged.
        most: how many steps at most.
        meetings: how often callers meet, if they do; one number of these is drawn.

    Returns:
        The scenario, begun with a create, or with callers at the same time; in the end
        faults cease and one more create follows.
    """
    plan = _Plan(Outlook(profile, repertoire.factories))
    others = sorted(set(repertoire.kinds) - {"create"})
    left_out = draw(st.sets(st.sampled_from(others), max_size=_LEFT_OUT))
    kinds: list[Kind] = [kind for kind in repertoire.kinds if kind not in left_out]
    if repertoire.has_races:
        is_controlled = draw(st.sampled_from(_ARE_CONTROLLED))
        for _ in range(draw(st.sampled_from(meetings))):
            _draw_steps(draw, plan, kinds, draw(st.integers(0, most)))
            _draw_steps(draw, plan, ["create"], draw(st.integers(0, _OWNED)))
            _draw_upheaval(draw, plan)
            together = _draw_together(draw, plan)
            plan.take(_draw_gates(draw, plan, together) if is_controlled else together)
    else:
        _draw_steps(draw, plan, kinds, draw(st.integers(1, most)))
    for step in recovery(plan.outlook):
        plan.take(step)
    return Scenario(factories=repertoire.factories, steps=tuple(plan.steps))


class _Plan:
    """The steps drawn so far, and how things stand after them."""

    def __init__(self, outlook: Outlook) -> None:
        self.outlook = outlook
        self.steps: list[AnyStep] = []
        self._gate_names = (f"g{number}" for number in count(1))

    def take(self, step: AnyStep) -> None:
        self.outlook.take(step)
        self.steps.append(step)

    def new_gates(self, points: list[GatePoint]) -> tuple[Gate, ...]:
        """Make a gate at each point, by a name that was not used."""
        names = islice(self._gate_names, len(points))
        return tuple(Gate(name=one, point=at) for one, at in zip(names, points, strict=True))


def _draw_steps(draw: st.DrawFn, plan: _Plan, kinds: list[Kind], length: int) -> None:
    for _ in range(length):
        plan.take(_draw_step(draw, plan.outlook, kinds if plan.steps else ["create"]))


def _draw_upheaval(draw: st.DrawFn, plan: _Plan) -> None:
    """The daemon is there, was stopped, or is dead when callers meet."""
    kind: Kind | None = draw(st.sampled_from(_UPHEAVALS))
    if kind is not None:
        for name in targets(plan.outlook, kind):
            plan.take(make_step(plan.outlook, kind, name))


def _draw_step(draw: st.DrawFn, outlook: Outlook, kinds: list[Kind]) -> AnyStep:
    possible: list[Kind] = [kind for kind in kinds if targets(outlook, kind)]
    kind = draw(st.sampled_from(possible))
    target = draw(st.sampled_from(targets(outlook, kind)))
    if kind != "arm":
        return make_step(outlook, kind, target)
    fault = choose_fault(outlook.armable(target), draw(WHICH), draw(WHICH))
    return Arm(fault=fault, times=draw(st.integers(1, 2)), factory=target)


def choose_fault(faults: list[str], effect: int, which: int) -> str:
    """Choose a fault by its effect first, as some effects have many faults.

    Args:
        faults: texts to choose from.
        effect: chooses the effect.
        which: chooses among the faults that have it.

    Returns:
        One of them.
    """
    effects = list(dict.fromkeys(MISCHIEFS[one].effect for one in faults))
    chosen = effects[effect % len(effects)]
    possible = [one for one in faults if MISCHIEFS[one].effect is chosen]
    return possible[which % len(possible)]


def is_of_start(fault: str) -> bool:
    """Tell whether a fault strikes a daemon that starts.

    Args:
        fault: its text.

    Returns:
        Whether a daemon must start for it to strike.
    """
    return MISCHIEFS[fault].point in ("start", "announce", "announced")


def provoking(fault: str) -> tuple[Kind, ...]:
    """Say what makes a process come to the point of a fault.

    Args:
        fault: its text.

    Returns:
        Kinds of steps, in order.
    """
    if is_of_start(fault):
        return ("kill_daemon", "create")  # who has a daemon starts none
    return ("stop_worker",) if MISCHIEFS[fault].point == "kill_request" else ("create",)


def settling(outlook: Outlook) -> list[AnyStep]:
    """Say what comes before the recovery: who has a worker parts with it.

    Args:
        outlook: how things stand.

    Returns:
        The steps: by turns a worker is given back, is stopped, and stays with its owner.
    """
    steps: list[AnyStep] = []
    turns: tuple[Kind | None, ...] = ("release", "stop_worker", None)
    for number, worker in enumerate(outlook.owned()):
        kind = turns[number % len(turns)]
        if kind is not None:
            steps.append(make_step(outlook, kind, worker))
    return steps


def recovery(outlook: Outlook) -> list[AnyStep]:
    """Say how a scenario ends: faults cease, and then every factory must recover.

    Args:
        outlook: how things stand.

    Returns:
        The last steps.
    """
    steps: list[AnyStep] = []
    for name in outlook.states:
        if name in outlook.armed():
            steps.append(Cease(factory=name))
        # Whoever is dead may be handed out first: all that shows nothing.
        workers = [outlook.new_name() for _ in range(outlook.dead_ahead(name) + 1)]
        steps += [Create(worker=worker, factory=name) for worker in workers]
        steps.append(Exchange(worker=workers[-1]))
    return steps


# -- callers at the same time ---------------------------------------------------------------


def _draw_together(draw: st.DrawFn, plan: _Plan) -> Together:
    """One caller comes to the daemon; the others do the same few things."""
    outlook = plan.outlook
    has_daemon = any(state.daemon is not None for state in outlook.states.values())
    kinds = draw(st.sampled_from(_COMPANIES if has_daemon else _NEWCOMERS))
    free = outlook.owned()
    first = tuple(Create(worker=outlook.new_name()) for _ in range(_creates_to_daemon(outlook)))
    branches: list[tuple[Asked, ...]] = [first]
    for _ in range(draw(st.sampled_from(_OTHERS))):
        calls = _draw_caller(draw, outlook, free, kinds)
        branches.append(calls[: max(1, _MOST_CALLS - sum(map(len, branches)))])
    return Together(branches=tuple(branches))


def _draw_gates(draw: st.DrawFn, plan: _Plan, together: Together) -> Together:
    """Mostly the first caller is held in the midst of a create() while the others go on."""
    moves = [f"b{at}" for at, calls in enumerate(together.branches, 1) for _ in calls]
    control = draw(st.sampled_from(_CONTROLS))
    if control == "chance":
        return together
    if control == "held":
        has_daemon = all(one.has_living_daemon for one in plan.outlook.states.values())
        gates = plan.new_gates([draw(st.sampled_from(_HOLDING[has_daemon]))])
        first = len(together.branches[0])
        order = [*moves[:first], *draw(st.permutations(moves[first:])), gates[0].name]
    else:
        points = draw(st.lists(st.sampled_from(GATE_POINTS), min_size=1, max_size=_GATES))
        gates = plan.new_gates(points)
        order = draw(st.permutations(moves + [gate.name for gate in gates]))
    return msgspec.structs.replace(together, gates=gates, schedule=tuple(order))


def _creates_to_daemon(outlook: Outlook) -> int:
    """How many create() it takes to come to the daemon, as idle workers are handed out first."""
    return 1 + max(len(state.idle) for state in outlook.states.values())


def _draw_caller(
    draw: st.DrawFn, outlook: Outlook, free: list[str], kinds: tuple[_Call, ...]
) -> tuple[Asked, ...]:
    """Who has done something may ask for a worker then."""
    asked = _draw_call(draw, outlook, free, draw(st.sampled_from(kinds)))
    goes_on = draw(st.booleans())
    return (asked, Create(worker=outlook.new_name())) if goes_on else (asked,)


def _draw_call(draw: st.DrawFn, outlook: Outlook, free: list[str], kind: _Call) -> Asked:
    """A worker has one owner: what one caller gives back no other one names."""
    if kind == "stop":
        return Stop()
    if kind == "create" or not free:
        return Create(worker=outlook.new_name())
    worker = free.pop(draw(st.integers(0, len(free) - 1)))
    return Release(worker=worker) if kind == "release" else StopWorker(worker=worker)
