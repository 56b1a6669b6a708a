"""Daemons' scenarios as files, and the files of a case of theirs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

import msgspec
import yaml

from conformance.evidence.daemon_scenario import FORMAT, AnyStep, DaemonScenario, phrase
from conformance.evidence.findings import Case
from conformance.machines.cases import id_of, titled
from conformance.machines.daemon_repro import daemon_repro_text
from conformance.machines.scenario_check import heading
from conformance.machines.scenario_file import plainer, tags_of
from conformance.machines.yaml_file import Mistake, parse, read_bytes
from conformance.plan.daemon_model import with_sense

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.machines.daemon_hunt import Caught

#: As what it stands in reports.
MACHINE = "daemons"
_STEPS = tags_of(AnyStep)
#: The key by which a daemon's scenario is told from a factory's.
_MARK = "daemon"


def is_daemons(path: Path) -> bool:
    """Tell a daemon's scenario from a factory's, before either is read.

    Args:
        path: of the file.

    Returns:
        Whether it has `daemon:` at its top level; False if it cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return any(line.startswith(f"{_MARK}:") for line in lines)


def read_daemon_scenario(path: Path) -> DaemonScenario:
    """Read a daemon's scenario from a file.

    Args:
        path: of the file.

    Returns:
        The scenario; each of its steps makes sense.

    Raises:
        UsageError: if the file cannot be read or is no such scenario; one line with file,
            line, place in the document, and what to do.
    """
    words = partial(plainer, steps=_STEPS)
    return parse(read_bytes(path), str(path), DaemonScenario, words, _check)


def _check(scenario: DaemonScenario) -> Iterator[Mistake]:
    yield from heading(scenario)
    judged = with_sense(scenario.steps, reuse=scenario.daemon.reuse)
    for number, (step, makes_sense) in enumerate(judged):
        if not makes_sense:
            text = f"`{phrase(step)}` makes no sense after the steps before it; leave it out"
            yield Mistake(f"$.steps[{number}]", text)


def daemon_scenario_text(scenario: DaemonScenario) -> str:
    """Write a daemon's scenario as text; equal scenarios give equal texts.

    Args:
        scenario: to be written.

    Returns:
        YAML, one line for each step.
    """
    plain: dict[str, Any] = {"wfc": FORMAT, **msgspec.to_builtins(scenario)}
    plain[_MARK] = {"reuse": scenario.daemon.reuse}
    steps = plain.pop("steps", [])
    head = _dumped(plain, flow=None)
    lines = (f"- {_dumped(step, flow=True)}" for step in steps)
    return f"{head}steps:\n{''.join(lines)}"


def _dumped(value: object, *, flow: bool | None) -> str:
    text: str = cast("Any", yaml).safe_dump(
        value, sort_keys=False, allow_unicode=True, width=1_000_000, default_flow_style=flow
    )
    return text


def keep_daemon_case(caught: Caught, directory: Path | None) -> Case:
    """Write a failure of a daemon down.

    Args:
        caught: the failure.
        directory: where cases are written, each in a directory of its own; None to
            write none.

    Returns:
        What reports tell of it.
    """
    scenario = titled(caught.scenario)
    name = id_of(scenario.clauses, scenario.daemon, scenario.steps)
    file = ""
    if directory is not None:
        place = directory / name
        place.mkdir(parents=True, exist_ok=True)
        (place / "scenario.yaml").write_text(daemon_scenario_text(scenario), encoding="utf-8")
        (place / "history.ndjson").write_text(caught.played.history, encoding="utf-8")
        (place / "stderr.txt").write_text(caught.played.stderr, encoding="utf-8")
        script = daemon_repro_text(scenario, caught.played.own)
        (place / "repro.py").write_text(script, encoding="utf-8")
        file = str(place / "scenario.yaml")
    return Case(
        id=name,
        title=scenario.title,
        machine=MACHINE,
        steps=tuple(map(phrase, scenario.steps)),
        length=len(scenario.steps),
        shrunk_from=scenario.origin.shrunk_from if scenario.origin else None,
        control="chance" if scenario.repeat > 1 else "sequence",
        file=file,
    )
