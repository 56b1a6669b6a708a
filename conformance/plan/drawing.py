"""Draws whole scenarios: the plan first, from the model alone, with a swarm of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
#: The most that callers do at the same time.
_CALLERS = 3
_CALLS_EACH = 2
_GATES = 3
#: Where the machines hold fakes.
GATE_POINTS: tuple[GatePoint, ...] = ("announce", "accept", "acknowledge", "authenticate")

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
    draw: st.DrawFn, repertoire: Repertoire, profile: Profile, most: int = 20
) -> Scenario:
    """Draw a whole scenario.

    Args:
        draw: Hypothesis'.
        repertoire: what may be played.
        profile: by which it will be judged.
        most: how many steps at most.

    Returns:
        The scenario, begun with a create; faults cease in the end and one more follows.
    """
    outlook = Outlook(profile, repertoire.factories)
    length = draw(st.integers(1, most))
    others = sorted(set(repertoire.kinds) - {"create"})
    left_out = draw(st.sets(st.sampled_from(others), max_size=_LEFT_OUT))
    kinds: list[Kind] = [kind for kind in repertoire.kinds if kind not in left_out]
    steps: list[AnyStep] = []
    while len(steps) < length:
        step = _draw_step(draw, outlook, kinds if steps else ["create"])
        outlook.take(step)
        steps.append(step)
    if repertoire.has_races:
        steps.append(_draw_together(draw, outlook))
        outlook.take(steps[-1])
    for step in recovery(outlook):
        outlook.take(step)
        steps.append(step)
    return Scenario(factories=repertoire.factories, steps=tuple(steps))


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


def _draw_together(draw: st.DrawFn, outlook: Outlook) -> Together:
    free = outlook.owned()
    branches: list[tuple[Asked, ...]] = []
    for _ in range(draw(st.integers(2, _CALLERS))):
        branch = [_draw_call(draw, outlook, free) for _ in range(draw(st.integers(1, _CALLS_EACH)))]
        branches.append(tuple(branch))
    least = draw(st.sampled_from((0, 1, 1)))  # mostly gates: they see what chance hides
    points = draw(st.lists(st.sampled_from(GATE_POINTS), min_size=least, max_size=_GATES))
    gates = tuple(Gate(name=f"g{at}", point=point) for at, point in enumerate(points, 1))
    moves = [f"b{at}" for at, branch in enumerate(branches, 1) for _ in branch]
    schedule = draw(st.permutations(moves + [gate.name for gate in gates])) if gates else ()
    return Together(branches=tuple(branches), gates=gates, schedule=tuple(schedule))


def _draw_call(draw: st.DrawFn, outlook: Outlook, free: list[str]) -> Asked:
    """A worker has one owner: what one caller gives back no other one names."""
    kinds = ["create", "create", "stop"] + ["release", "stop_worker"] * bool(free)
    kind = draw(st.sampled_from(kinds))
    if kind == "create":
        return Create(worker=outlook.new_name())
    if kind == "stop":
        return Stop()
    worker = free.pop(draw(st.integers(0, len(free) - 1)))
    return Release(worker=worker) if kind == "release" else StopWorker(worker=worker)
