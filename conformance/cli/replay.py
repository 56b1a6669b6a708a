"""`wfc replay`: a failure again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from conformance.cli.printing import width
from conformance.drive.interrupts import current
from conformance.errors import EnvironmentFault, Unobservable, UsageError
from conformance.evidence.daemon_scenario import Origin, phrase
from conformance.machines.arena import Arena
from conformance.machines.daemon_file import is_daemons, read_daemon_scenario
from conformance.machines.daemon_hunt import DaemonHunt
from conformance.machines.hunt import replay_until
from conformance.machines.performance import FULL
from conformance.machines.scenario_file import read_scenario
from conformance.machines.story import tell
from conformance.report.legible import in_a_line
from conformance.stage.opening import Wanted, open_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from conformance.evidence.daemon_scenario import DaemonScenario
    from conformance.evidence.findings import Finding
    from conformance.evidence.scenario import Scenario

_FIXED, _STILL_FAILS, _CANNOT = 0, 1, 7


def replay(path: Path, asked: Wanted) -> int:
    """Play a scenario file, and say whether it fails.

    Args:
        path: of the file.
        asked: whom to judge, by which profile; what the file names where it is empty.

    Returns:
        The exit code: 0 FIXED, 1 STILL FAILS, 7 CANNOT REPLAY.

    Raises:
        UsageError: if the file is no scenario, or nobody named an implementation.
        KeyboardInterrupt: if an interrupt has come, when all has been ended.
    """
    if is_daemons(path):
        return _replay_daemon(path, asked)
    scenario = read_scenario(path)
    _see_steps(path, scenario)
    subject = asked.impl or (scenario.origin.implementation if scenario.origin else "")
    if not subject:
        raise UsageError(f"{path} names no implementation: say which, by --impl KIND:ID")
    profile = asked.profile or scenario.profile
    wanted = msgspec.structs.replace(asked, impl=subject, profile=profile)
    return _judge(wanted, tell(scenario, width()), lambda arena: _play(arena, scenario))


def _replay_daemon(path: Path, asked: Wanted) -> int:
    """Play a scenario of a daemon; who brings the daemon stands in the file, or is asked for."""
    scenario = read_daemon_scenario(path)
    _see_steps(path, scenario)
    profile = asked.profile or scenario.profile
    wanted = msgspec.structs.replace(asked, profile=profile)
    if not asked.impl and not asked.daemon:
        origin = scenario.origin or Origin()
        wanted = msgspec.structs.replace(
            wanted,
            impl=origin.implementation,
            daemon=origin.module,
            python=asked.python or origin.python,
        )
    if not wanted.impl and not wanted.daemon:
        raise UsageError(f"{path} names no daemon: say which, by --daemon MODULE")
    told = [" · ".join(map(phrase, scenario.steps))]
    return _judge(wanted, told, lambda arena: _play_daemon(arena, scenario))


def _see_steps(path: Path, scenario: Scenario | DaemonScenario) -> None:
    """Refuse to say FIXED of nothing, such as a file that was cut off."""
    if not scenario.steps:
        raise UsageError(f"{path}: it has no steps, so that nothing would be played")


def _judge(
    wanted: Wanted, told: Iterable[str], play: Callable[[Arena], tuple[Finding, ...] | str]
) -> int:
    interrupts = current()
    opened = open_run(wanted)
    try:
        for line in told:
            click.echo(line)
        came = play(Arena(opened.run, opened.ledger.terms))
        code = _tell(came, wanted.impl or wanted.daemon, opened.ledger.terms.profile.name)
    finally:
        with interrupts.held():
            opened.run.close()
    interrupts.check()
    return code


def _play_daemon(arena: Arena, scenario: DaemonScenario) -> tuple[Finding, ...] | str:
    """What was wrong, or why it cannot be played."""
    hunt = DaemonHunt(arena, Origin())
    try:
        played = (hunt.play(scenario).findings for _ in range(scenario.repeat))
        return next(filter(None, played), ())
    except (Unobservable, EnvironmentFault) as error:
        return str(error)


def _play(arena: Arena, scenario: Scenario) -> tuple[Finding, ...] | str:
    """What was wrong, or why it cannot be played."""
    try:
        replayed = replay_until(arena, scenario, FULL)
    except (Unobservable, EnvironmentFault) as error:
        return str(error)
    return replayed.findings if replayed is not None else ()


def _tell(came: tuple[Finding, ...] | str, subject: str, profile: str) -> int:
    if isinstance(came, str):
        click.echo(f"CANNOT REPLAY  {subject}: {in_a_line(came)}")
        return _CANNOT
    if not came:
        click.echo(f"FIXED  {subject} by profile {profile}")
        return _FIXED
    for finding in came:
        click.echo(f"  {finding.clause}  {finding.wrong}")
        click.echo(f"    expected  {in_a_line(finding.expected)}")
        click.echo(f"    actual    {in_a_line(finding.actual)}")
    click.echo(f"STILL FAILS  {subject} by profile {profile}")
    return _STILL_FAILS
