"""From what a trial told to what became of the mutant; touches nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.report.kill_matrix import Fall, Fate, MutantEntry, Surprise

if TYPE_CHECKING:
    from conformance.cli.mutants.trial import Told
    from conformance.cli.sources import Mutant


def entry_of(mutant: Mutant, told: Told) -> MutantEntry:
    """Say what became of a mutant.

    Args:
        mutant: that was played.
        told: what came of it.

    Returns:
        Its entry.
    """
    kill = _kill(mutant, told)
    unexpected = _first_by_clause(mutant, told)
    fate, reason = _fate(mutant, told, kill, unexpected)
    fallen = {one.clause for one in told.falls} - ({kill.clause} if kill else set())
    return MutantEntry(
        name=mutant.name,
        text=mutant.text,
        clauses=mutant.clauses,
        profile=mutant.profile,
        machine=mutant.machine,
        fate=fate,
        kill=_short(kill) if kill else None,
        also=tuple(clause for clause in mutant.clauses if clause in fallen),
        unexpected=unexpected,
        reason=reason,
        tests=len(told.seconds),
        seconds=round(told.took_s, 3),
    )


def _short(fall: Surprise) -> Fall:
    """Leave out what was expected and seen: of a mutant that is no news."""
    return Fall(clause=fall.clause, test=fall.test, wrong=fall.wrong, after_s=fall.after_s)


def _kill(mutant: Mutant, told: Told) -> Surprise | None:
    """Find the finding that kills: by a scenario on its own clause, by a machine on any."""
    main, *_ = mutant.clauses
    if not mutant.machine:
        return next((one for one in told.falls if one.clause == main), None)
    hits = [one for one in told.falls if one.clause in mutant.clauses and _is_machine(one)]
    return next((one for one in hits if one.clause == main), hits[0] if hits else None)


def _is_machine(fall: Fall) -> bool:
    return "test_machines.py" in fall.test


def _first_by_clause(mutant: Mutant, told: Told) -> tuple[Surprise, ...]:
    found: dict[str, Surprise] = {}
    for one in told.falls:
        if one.clause not in mutant.clauses:
            found.setdefault(one.clause, one)
    return tuple(found.values())


def _fate(
    mutant: Mutant, told: Told, kill: Surprise | None, unexpected: tuple[Surprise, ...]
) -> tuple[Fate, str]:
    if told.refusal:
        return Fate.NO_HANDSHAKE, told.refusal
    if unexpected:
        clauses = " ".join(one.clause for one in unexpected)
        return Fate.UNEXPECTED, f"not declared, but fell: {clauses}"
    if told.errors:
        return Fate.ERROR, "; ".join(told.errors)
    if kill is None:
        return Fate.SURVIVED, _why_alive(mutant, told)
    return Fate.KILLED, ""


def _why_alive(mutant: Mutant, told: Told) -> str:
    main = mutant.clauses[0]
    if told.doubts:
        return "; ".join(told.doubts)
    if mutant.machine:
        return f"machine {mutant.machine} found nothing"
    if not told.seconds:
        return f"no fixed scenario is about {main}"
    return f"{main} was kept in {len(told.seconds)} tests"
