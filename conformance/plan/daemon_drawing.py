"""Draws scenarios of a daemon: the plan first, from the model alone, with a swarm of its own."""

from __future__ import annotations

from typing import Literal, get_args

from hypothesis import strategies as st

from conformance.evidence.daemon_scenario import (
    NOBODY,
    STRANGER,
    AnyStep,
    Connect,
    DaemonScenario,
    End,
    HupDaemon,
    Leave,
    RequestKill,
    Say,
    Saying,
    Setting,
    SignalWorker,
    Task,
)
from conformance.plan.daemon_model import ALIVE, DaemonModel, Kind, Phase

#: How many kinds of steps the swarm leaves out at most; never `connect`.
_LEFT_OUT = 2
#: What all else needs comes more often, and so do tasks, that one may follow another.
_KINDS: tuple[Kind, ...] = (*get_args(Kind), "connect", "say", "say", "task", "task")
#: The right secret is drawn as often as all else together, for most steps need it.
_RIGHT = 5
_SIGNALS = ("TERM", "KILL", "INT", "HUP", "CHLD")
_ENDS = ("hang_up", "hang_up_amid", "TERM", "INT", "KILL")
_WAYS: tuple[Literal["whole", "halves", "bytes"], ...] = ("whole", "halves", "bytes")
#: How many pids one request names at most.
_MOST_NAMED = 3


@st.composite
def daemon_scenarios(draw: st.DrawFn, most: int = 12) -> DaemonScenario:
    """Draw a whole scenario.

    Args:
        draw: Hypothesis'.
        most: how many steps at most, beside the first and the last.

    Returns:
        The scenario: begun with a connection, ended with the daemon.
    """
    reuse = draw(st.booleans())
    model = DaemonModel(reuse=reuse)
    droppable = sorted(set(_KINDS) - {"connect", "say"})
    left_out = draw(st.sets(st.sampled_from(droppable), max_size=_LEFT_OUT))
    kinds: list[Kind] = [kind for kind in _KINDS if kind not in left_out]
    steps: list[AnyStep] = []
    for number in range(draw(st.integers(3, most)) + 1):
        kind = draw(st.sampled_from(_sensible(model, kinds))) if number else "connect"
        step = _draw_step(draw, model, kind)
        model.take(step)
        steps.append(step)
    steps.append(End(how=draw(st.sampled_from(_ENDS))))
    return DaemonScenario(daemon=Setting(reuse=reuse), steps=tuple(steps))


def _sensible(model: DaemonModel, kinds: list[Kind]) -> list[Kind]:
    return [one for one in kinds if one in ("connect", "hup_daemon") or model.targets(one)]


def _draw_step(draw: st.DrawFn, model: DaemonModel, kind: Kind) -> AnyStep:
    if kind == "connect":
        return Connect(connection=f"c{len(model.phases) + 1}")
    if kind == "hup_daemon":
        return HupDaemon()
    if kind == "request_kill":
        return _draw_request(draw, model)
    return _draw_about_one(draw, model, kind, draw(st.sampled_from(model.targets(kind))))


def _draw_about_one(draw: st.DrawFn, model: DaemonModel, kind: Kind, name: str) -> AnyStep:
    match kind:
        case "say":
            sayings = model.sayings(name)
            usual: list[Saying] = [sayings[0]] * _RIGHT
            return Say(connection=name, what=draw(st.sampled_from([*usual, *sayings])))
        case "leave":
            return Leave(connection=name, how=draw(st.sampled_from(("close", "reset"))))
        case "signal":
            return SignalWorker(connection=name, signal=draw(st.sampled_from(_SIGNALS)))
        case _:
            return Task(connection=name)


def _draw_request(draw: st.DrawFn, model: DaemonModel) -> RequestKill:
    """Name some; a living worker comes last if there is one, so that its end is waited for."""
    dead, living = model.at(Phase.ENDED), model.at(*ALIVE)
    others = [NOBODY, *dead, *living, *([STRANGER] if living else [])]
    named = draw(st.lists(st.sampled_from(others), min_size=0, max_size=_MOST_NAMED - 1))
    last = draw(st.sampled_from(living or [NOBODY, *dead]))
    return RequestKill(whom=(*named, last), how=draw(st.sampled_from(_WAYS)))
