"""The files of a case: the scenario, its history, a script of its own, what was on stderr."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, TypeVar

import msgspec

from conformance.contract.clauses import find
from conformance.contract.profiles import find_profile
from conformance.door.find import ROOT
from conformance.errors import SuiteError
from conformance.evidence.daemon_scenario import DaemonScenario
from conformance.evidence.findings import Case
from conformance.evidence.scenario import Origin, Scenario
from conformance.machines.hunt import wrong_of
from conformance.machines.repro import fakes_zip, repro_text, to_the_end
from conformance.machines.scenario_file import write_scenario
from conformance.machines.story import phrases
from conformance.plan.foresight import foresee

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from conformance.evidence.history import History
    from conformance.evidence.observations import Observation
    from conformance.machines.arena import Arena, Failure
    from conformance.machines.hunt import Found

TitledT = TypeVar("TitledT", Scenario, DaemonScenario)

#: Letters of a case's id: 20 bits tell the cases of a run apart.
_ID_LETTERS = 4


def keep(arena: Arena, found: Found, directory: Path | None) -> Case:
    """Write a failure down.

    Args:
        arena: where it was found.
        found: the failure.
        directory: where cases are written, each in a directory of its own; None to
            write none.

    Returns:
        What reports tell of it.
    """
    scenario = titled(found.scenario)
    name = case_id(scenario)
    file = ""
    if directory is not None:
        file = str(_write(arena, found, scenario, directory / name))
    origin = scenario.origin
    return Case(
        id=name,
        title=scenario.title,
        machine=origin.machine if origin else "",
        steps=phrases(scenario),
        length=scenario.length,
        shrunk_from=origin.shrunk_from if origin else None,
        control=origin.control if origin else "sequence",
        file=file,
    )


def keep_unconfirmed(arena: Arena, failure: Failure, directory: Path) -> Path:
    """Write down what was seen once and not again: the evidence is all there is of it.

    Args:
        arena: where it was seen.
        failure: what was seen.
        directory: where cases are written.

    Returns:
        Its directory, with the scenario as it was played and the history of that time.
    """
    place = directory / f"unconfirmed-{case_id(failure.scenario)}"
    place.mkdir(parents=True, exist_ok=True)
    wrongs = tuple(map(wrong_of, failure.findings))
    origin = Origin(implementation=arena.run.name, wrongs=wrongs)
    clauses = tuple(dict.fromkeys(one.clause for one in failure.findings))
    scenario = msgspec.structs.replace(
        failure.scenario, clauses=clauses, profile=arena.terms.profile.name, origin=origin
    )
    write_scenario(place / "scenario.yaml", scenario)
    _write_history(arena, failure.history, place)
    return place


def case_id(scenario: Scenario) -> str:
    """Name a case by what it does and breaks, so that the same failure has the same name.

    Args:
        scenario: that fails.

    Returns:
        Four letters and digits.
    """
    return id_of(scenario.clauses, scenario.factories, scenario.steps)


def id_of(*told: object) -> str:
    """Make an id of what tells a case from others.

    Args:
        *told: anything that can be told as JSON.

    Returns:
        Four letters and digits.
    """
    digest = hashlib.blake2b(msgspec.json.encode(told)).digest()
    return base64.b32encode(digest).decode()[:_ID_LETTERS]


def titled(scenario: TitledT) -> TitledT:
    """Give a scenario without a title the text of its main clause.

    Args:
        scenario: of factories or of a daemon.

    Returns:
        The scenario with a title, if it is about a clause.
    """
    if scenario.title or not scenario.clauses:
        return scenario
    return msgspec.structs.replace(scenario, title=find(scenario.clauses[0]).text)


def _write(arena: Arena, found: Found, scenario: Scenario, directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "scenario.yaml"
    write_scenario(file, scenario)
    _write_history(arena, found.replayed.history, directory)
    stderr = arena.run.hide(found.replayed.stderr)
    (directory / "stderr.txt").write_text(stderr, encoding="utf-8")
    (directory / "repro.py").write_text(_repro(scenario), encoding="utf-8")
    return file


def _write_history(arena: Arena, history: History, directory: Path) -> None:
    (directory / "history.ndjson").write_text(arena.run.ndjson(history), encoding="utf-8")


def _repro(scenario: Scenario) -> str:
    origin = scenario.origin
    return repro_text(
        scenario,
        _allowed(scenario),
        origin.implementation if origin else "",
        origin.wrongs if origin else (),
        fakes_zip(ROOT / "fake_daemons"),
    )


def _allowed(scenario: Scenario) -> Sequence[Sequence[Observation]]:
    """What the model allows; the script's own invariants alone where that is too much."""
    whole = to_the_end(scenario)
    try:
        return foresee(whole, find_profile(scenario.profile))
    except SuiteError:
        return [[] for _ in whole.steps]
