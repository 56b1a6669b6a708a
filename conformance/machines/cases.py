"""The files of a case: the scenario, its history, a script of its own, what was on stderr."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import msgspec

from conformance.contract.clauses import find
from conformance.contract.profiles import find_profile
from conformance.door.find import ROOT
from conformance.errors import SuiteError
from conformance.evidence.findings import Case
from conformance.machines.repro import fakes_zip, repro_text, to_the_end
from conformance.machines.scenario_file import write_scenario
from conformance.machines.story import phrases
from conformance.plan.foresight import foresee

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from conformance.evidence.observations import Observation
    from conformance.evidence.scenario import Scenario
    from conformance.machines.arena import Arena
    from conformance.machines.hunt import Found

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
    scenario = found.scenario
    if not scenario.title and scenario.clauses:
        scenario = msgspec.structs.replace(scenario, title=find(scenario.clauses[0]).text)
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


def case_id(scenario: Scenario) -> str:
    """Name a case by what it does and breaks, so that the same failure has the same name.

    Args:
        scenario: that fails.

    Returns:
        Four letters and digits.
    """
    told = msgspec.json.encode([scenario.clauses, scenario.factories, scenario.steps])
    return base64.b32encode(hashlib.blake2b(told).digest()).decode()[:_ID_LETTERS]


def _write(arena: Arena, found: Found, scenario: Scenario, directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "scenario.yaml"
    write_scenario(file, scenario)
    hidden = {str(arena.run.directory): "RUN", arena.run.token: "TOKEN"}

    def plainly(text: str) -> str:
        for secret, word in hidden.items():
            text = text.replace(secret, word)
        return text

    lines = (msgspec.json.encode(seen).decode() for seen in found.replayed.history)
    (directory / "history.ndjson").write_text(
        "".join(f"{plainly(line)}\n" for line in lines), encoding="utf-8"
    )
    (directory / "stderr.txt").write_text(plainly(found.replayed.stderr), encoding="utf-8")
    (directory / "repro.py").write_text(_repro(scenario), encoding="utf-8")
    return file


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
