"""A scenario in words: one line for a terminal, one phrase for each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.scenario import (
    AnyStep,
    Arm,
    Cease,
    Create,
    Exchange,
    Gate,
    KillDaemon,
    KillWorker,
    Release,
    Stop,
    StopWorker,
    Together,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.evidence.scenario import Scenario

#: Between steps, and between callers at work at the same time.
_THEN = " · "
_BESIDE = " ∥ "

_VERBS: dict[type[AnyStep], str] = {
    Create: "create",
    Exchange: "exchange",
    Release: "release",
    StopWorker: "stopWorker",
    Stop: "stop",
    KillDaemon: "kill daemon",
    KillWorker: "kill worker",
    Cease: "cease faults",
}
#: Steps that name a factory.
_OF_FACTORY = (Create, Stop, KillDaemon, Arm, Cease)


def phrases(scenario: Scenario) -> tuple[str, ...]:
    """Put each step into words.

    Args:
        scenario: to be told.

    Returns:
        One phrase for each step, such as `create w1`; it names the factory only if the
        scenario has several.
    """
    several = len(scenario.factories) > 1
    return tuple(phrase(step, several=several) for step in scenario.steps)


def tell(scenario: Scenario, width: int = 0) -> tuple[str, ...]:
    """Put a scenario into words.

    Args:
        scenario: to be told.
        width: of a line, in characters; 0 for one line whatever its length. A phrase is
            never broken.

    Returns:
        The lines.
    """
    return tuple(in_lines(phrases(scenario), width))


def in_lines(story: Iterable[str], width: int = 0) -> list[str]:
    """Put phrases into lines.

    Args:
        story: the phrases.
        width: of a line, in characters; 0 for one line whatever its length.

    Returns:
        The lines; no phrase is broken.
    """
    lines: list[str] = []
    for words in story:
        if lines and (not width or len(lines[-1]) + len(_THEN) + len(words) <= width):
            lines[-1] += _THEN + words
        else:
            lines.append(words)
    return lines


def phrase(step: AnyStep, *, several: bool) -> str:
    """Put a step into words.

    Args:
        step: of a scenario.
        several: whether the scenario has several factories, so that they are named.

    Returns:
        Such as `create w1`.
    """
    if isinstance(step, Together):
        return _together(step, several=several)
    owner = f" of {step.factory}" if several and isinstance(step, _OF_FACTORY) else ""
    match step:
        case Arm(fault=fault, times=times):
            words = f"arm {fault}" + (f" ×{times}" if times > 1 else "")  # noqa: RUF001 - a sign
        case Stop() | KillDaemon() | Cease():
            words = _VERBS[type(step)]
        case _:
            words = f"{_VERBS[type(step)]} {step.worker}"
    return words + owner


def _together(step: Together, *, several: bool) -> str:
    branches = [", ".join(phrase(one, several=several) for one in each) for each in step.branches]
    return _BESIDE.join(branches) + _moves(step, several=several)


def _moves(step: Together, *, several: bool) -> str:
    """Gates and schedule in brackets; nothing if there is neither."""
    gates = ", ".join(_gate(one, several=several) for one in step.gates)
    moves = ", ".join(step.schedule)
    inner = ": ".join(part for part in (gates, moves) if part)
    return f" [{inner}]" if inner else ""


def _gate(gate: Gate, *, several: bool) -> str:
    return f"{gate.name} at {gate.point}" + (f" of {gate.factory}" if several else "")
