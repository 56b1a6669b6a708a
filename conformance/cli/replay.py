"""`wfc replay`: a failure again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conformance.cli.printing import width
from conformance.drive.interrupts import current
from conformance.errors import EnvironmentFault, Unobservable, UsageError
from conformance.machines.arena import Arena, Replayed
from conformance.machines.hunt import replay_until
from conformance.machines.performance import FULL
from conformance.machines.scenario_file import read_scenario
from conformance.machines.story import tell
from conformance.stage.opening import Wanted, open_run

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.evidence.scenario import Scenario

_FIXED, _STILL_FAILS, _CANNOT = 0, 1, 7


def replay(path: Path, impl: str, profile: str) -> int:
    """Play a scenario file, and say whether it fails.

    Args:
        path: of the file.
        impl: KIND:ID of the implementation; that of the file if empty.
        profile: to judge by; that of the file, then the implementation's own, if empty.

    Returns:
        The exit code: 0 FIXED, 1 STILL FAILS, 7 CANNOT REPLAY.

    Raises:
        UsageError: if the file is no scenario, or nobody named an implementation.
        KeyboardInterrupt: if an interrupt has come, when all has been ended.
    """
    interrupts = current()
    scenario = read_scenario(path)
    subject = impl or (scenario.origin.implementation if scenario.origin else "")
    if not subject:
        raise UsageError(f"{path} names no implementation: say which, by --impl KIND:ID")
    opened = open_run(Wanted(impl=subject, profile=profile or scenario.profile))
    try:
        arena = Arena(opened.run, opened.ledger.terms)
        for line in tell(scenario, width()):
            click.echo(line)
        code = _tell(_play(arena, scenario), subject, opened.ledger.terms.profile.name)
    finally:
        with interrupts.held():
            opened.run.close()
    interrupts.check()
    return code


def _play(arena: Arena, scenario: Scenario) -> Replayed | str | None:
    """What failed, nothing, or why it cannot be played."""
    try:
        return replay_until(arena, scenario, FULL)
    except (Unobservable, EnvironmentFault) as error:
        return str(error)


def _tell(came: Replayed | str | None, subject: str, profile: str) -> int:
    if isinstance(came, str):
        click.echo(f"CANNOT REPLAY  {subject}: {came}")
        return _CANNOT
    if came is None:
        click.echo(f"FIXED  {subject} by profile {profile}")
        return _FIXED
    for finding in came.findings:
        click.echo(f"  {finding.clause}  {finding.wrong}")
        click.echo(f"    expected  {finding.expected}")
        click.echo(f"    actual    {finding.actual}")
    click.echo(f"STILL FAILS  {subject} by profile {profile}")
    return _STILL_FAILS
