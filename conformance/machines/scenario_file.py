"""Scenarios as files: YAML that people read and write. A mistake is told in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from conformance.evidence.scenario import FORMAT, AnyStep, Asked, Scenario
from conformance.machines.scenario_check import check
from conformance.machines.scenario_text import scenario_text
from conformance.machines.yaml_file import SEE, Mistake, parse, read_bytes

if TYPE_CHECKING:
    from pathlib import Path


def tags_of(steps: object) -> list[str]:
    """List the names by which a scenario calls steps.

    Args:
        steps: a union of them.

    Returns:
        What may stand behind `do`.
    """
    return [str(one.__struct_config__.tag) for one in get_args(steps)]


_STEPS, _ASKED = tags_of(AnyStep), tags_of(Asked)


def read_scenario(path: Path) -> Scenario:
    """Read a scenario from a file.

    Args:
        path: of the file.

    Returns:
        The scenario; it can be played.

    Raises:
        UsageError: if the file cannot be read or is no such scenario; one line with file,
            line, place in the document, and what to do.
    """
    return parse_scenario(read_bytes(path), str(path))


def parse_scenario(raw: bytes | str, name: str = "scenario.yaml") -> Scenario:
    """Read a scenario from text.

    Args:
        raw: the text, in UTF-8 if it is bytes.
        name: of the file, for messages.

    Returns:
        The scenario; it can be played.

    Raises:
        UsageError: as of `read_scenario`.
    """
    return parse(raw, name, Scenario, _plainer, check)


def _plainer(mistake: Mistake) -> str:
    return plainer(mistake, _ASKED if ".branches[" in mistake.path else _STEPS)


def plainer(mistake: Mistake, steps: list[str]) -> str:
    """Add to msgspec's words what to do.

    Args:
        mistake: as msgspec tells it.
        steps: the names of what a step may do.

    Returns:
        The text.
    """
    path, text = mistake
    if path == "$.wfc":
        return f"this suite reads format {FORMAT}; take a suite that reads the file's"
    if "got `bool`" in text or "got `date" in text:
        return f"{text}; put it in quotes"
    if path.endswith(".do"):
        return f"{text}; a step does one of {', '.join(steps)}"
    return f"{text}; {SEE}"


def write_scenario(path: Path, scenario: Scenario) -> None:
    """Write a scenario to a file.

    Args:
        path: of the file.
        scenario: to be written.
    """
    path.write_text(scenario_text(scenario, path.name), encoding="utf-8")
