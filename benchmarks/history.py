"""`python -m benchmarks.history`: play Spark's history on the releases before and after a repair.

Writes docs/history.json; `python docs/draw.py` draws the page from it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from benchmarks.verdicts import first_finding, playing
from conformance.check.verdicts import weigh
from conformance.contract.clauses import find
from conformance.contract.history import BUGS
from conformance.contract.profiles import PROFILES
from conformance.door.find import ROOT
from conformance.errors import UsageError
from conformance.evidence.findings import Verdict
from conformance.report.history import (
    REFERENCE,
    Measured,
    Played,
    broken_claims,
    read_measured,
    subjects,
)
from conformance.stage.opening import Search, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.check.verdicts import Established
    from conformance.contract.bug import Bug
    from conformance.stage.opening import Opened

_FILE = ROOT / "docs" / "history.json"
#: By which mutants are judged where no release says by which.
_NEWEST = tuple(PROFILES)[-1]
#: Up to this line the daemon alone is judged, as no bug here is the factory's; the py4j of
#: Spark 2.3.0 knows no password either, and we start none without.
_DAEMON_ALONE = (3, 0)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--envs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Directory of environments named spark-RELEASE; without it mutants alone are played.",
)
@click.option("--bug", "ids", metavar="ID", multiple=True, help="Only this bug; repeatable.")
def main(envs: Path | None, ids: tuple[str, ...]) -> None:
    """Play the scenarios of each bug on those who have it and those who have not."""
    unknown = set(ids) - {bug.id for bug in BUGS}
    if unknown:
        raise UsageError(f"no bug {', '.join(sorted(unknown))} in conformance/contract/history.py")
    measured = _read()
    for (subject, profile), bugs in _plan(ids).items():
        impl = _implementation(subject, envs)
        if impl:
            measured = _merge(measured, play(impl, subject, profile, bugs))
            _FILE.write_bytes(msgspec.json.format(msgspec.json.encode(measured), indent=1) + b"\n")
    for said in broken_claims(measured):
        click.echo(f"does not hold: {said}")


def _plan(ids: tuple[str, ...]) -> dict[tuple[str, str], list[Bug]]:
    """Group bugs by whom they are played on, and by what that is judged."""
    plan: dict[tuple[str, str], list[Bug]] = {}
    for bug in BUGS:
        for subject in subjects(bug) if not ids or bug.id in ids else ():
            plan.setdefault((subject, bug.profile or _NEWEST), []).append(bug)
    return plan


def _implementation(subject: str, envs: Path | None) -> str:
    """Give KIND:ID of a subject; empty if it is not at hand."""
    if subject == REFERENCE:
        return "py:reference_impl:make"
    if subject.startswith("mutant:"):
        return subject
    venv = (envs or Path()) / f"spark-{subject}"
    if envs is None or not venv.is_dir():
        click.echo(f"{subject}: no {venv}")
        return ""
    if tuple(map(int, subject.split(".")))[:2] <= _DAEMON_ALONE:
        return f"cmd:{sys.executable} {ROOT / 'benchmarks' / 'daemon_door.py'} {venv.absolute()}"
    return f"spark:{venv.absolute()}"


def play(impl: str, subject: str, profile: str, bugs: list[Bug]) -> Iterator[Played]:
    """Play the scenarios of bugs on one implementation.

    Args:
        impl: KIND:ID.
        subject: as `Played` names it.
        profile: by which to judge.
        bugs: whose scenarios.

    Yields:
        What came of each bug.

    Raises:
        SuiteError: if the scenarios were not played to their end.
    """
    clauses = tuple(dict.fromkeys(clause for bug in bugs for clause in bug.clauses))
    search = Search(effort="none")
    wanted = Wanted(impl=impl, profile=profile, clauses=clauses, search=search)
    scenarios = dict.fromkeys(one for bug in bugs for one in bug.scenarios)
    with playing(wanted, scenarios, subject) as opened:
        for bug in bugs:
            played = _played(bug, subject, opened)
            click.echo(f"{bug.id:14} {subject:30} {' '.join(_told(played))}")
            yield played


def _played(bug: Bug, subject: str, opened: Opened) -> Played:
    by_scenario = {one: _of(one, opened.ledger.established) for one in bug.scenarios}
    mine = [entry for entries in by_scenario.values() for entry in entries]
    results = [weigh(find(one), mine, opened.ledger.terms) for one in bug.clauses]
    return Played(
        bug=bug.id,
        subject=subject,
        profile=opened.ledger.terms.profile.name,
        clauses={one.clause: one.verdict for one in results},
        scenarios={one: _verdict(bug, by_scenario[one], opened) for one in bug.scenarios},
        seen=first_finding(one for result in results for one in result.findings),
    )


def _of(scenario: str, established: Iterable[Established]) -> list[Established]:
    """Select what a scenario established, with all its parameters."""
    return [one for one in established if one.test.partition("[")[0] == scenario]


def _verdict(bug: Bug, entries: list[Established], opened: Opened) -> Verdict:
    claimed = {clause for entry in entries for clause in entry.claimed}
    mine = [find(clause) for clause in bug.clauses if clause in claimed]
    verdicts = {weigh(one, entries, opened.ledger.terms).verdict for one in mine}
    if Verdict.FAIL in verdicts or not verdicts:
        return Verdict.FAIL if verdicts else Verdict.UNVERIFIED
    return Verdict.PASS if verdicts == {Verdict.PASS} else next(iter(verdicts - {Verdict.PASS}))


def _told(played: Played) -> list[str]:
    return [f"{clause} {verdict}" for clause, verdict in played.clauses.items()]


def _read() -> Measured:
    return read_measured(_FILE.read_bytes()) if _FILE.exists() else Measured()


def _merge(measured: Measured, fresh: Iterable[Played]) -> Measured:
    """Put what was played in the place of what was played before, in the order of the bugs."""
    all_played = {(one.bug, one.subject): one for one in (*measured.played, *fresh)}
    keys = [(bug.id, subject) for bug in BUGS for subject in subjects(bug)]
    return Measured(played=tuple(all_played[key] for key in keys if key in all_played))


if __name__ == "__main__":
    main()
