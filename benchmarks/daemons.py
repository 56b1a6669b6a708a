"""`python -m benchmarks.daemons`: judge Spark's daemons and ours, and put the verdicts in a table.

Writes docs/daemons.json; `python docs/draw.py` draws the page from it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import msgspec

from benchmarks.verdicts import first_finding, run
from conformance.contract.profiles import PROFILES
from conformance.door.find import ROOT
from conformance.errors import UsageError
from conformance.report.daemons import Judged, Measured, read_measured, unexplained

if TYPE_CHECKING:
    from conformance.report.verdict_file import ClauseEntry

_FILE = ROOT / "docs" / "daemons.json"
#: By which our own daemons are judged as well: every daemon clause binds in it.
_NEWEST = tuple(PROFILES)[-1]
#: Releases whose `pyspark.daemon` is judged.
_RELEASES = ("3.5.9", "4.0.4", "4.1.3", "4.2.0", "4.3.0")


class Subject(NamedTuple):
    """One daemon module to be judged.

    Attributes:
        name: in the table.
        module: its dotted name.
        release: of the Spark whose environment has it; empty for ours.
        profile: by which it is judged; empty for its own.
    """

    name: str
    module: str
    release: str = ""
    profile: str = ""


#: All of them, in the order of the table.
SUBJECTS = (
    *(Subject(f"pyspark {one}", "pyspark.daemon", release=one) for one in _RELEASES),
    Subject("reference", "reference_impl.daemon", profile="documented"),
    Subject("reference, by 4.3", "reference_impl.daemon", profile=_NEWEST),
    Subject("forker", "reference_impl.variants.forker", profile="documented"),
    Subject("forker, by 4.3", "reference_impl.variants.forker", profile=_NEWEST),
    Subject("well_behaved", "fake_daemons.well_behaved", profile="documented"),
)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--envs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Directory of environments named spark-RELEASE or daemons-RELEASE.",
)
@click.option("--only", metavar="NAME", multiple=True, help="Only this daemon; repeatable.")
def main(envs: Path | None, only: tuple[str, ...]) -> None:
    """Judge daemon modules; exit 1 if a verdict is unexplained."""
    unknown = set(only) - {one.name for one in SUBJECTS}
    if unknown:
        raise UsageError(f"no daemon {', '.join(sorted(unknown))} in benchmarks/daemons.py")
    measured = read_measured(_FILE.read_bytes()) if _FILE.exists() else Measured()
    is_bad = False
    for subject in SUBJECTS:
        python = _python(subject, envs)
        if python is None or (only and subject.name not in only):
            continue
        judged = judge(subject, python)
        wrong = unexplained(judged)
        is_bad = is_bad or bool(wrong)
        click.echo(_told(judged, wrong))
        measured = _merge(measured, judged)
        _FILE.write_bytes(msgspec.json.format(msgspec.json.encode(measured), indent=1) + b"\n")
    sys.exit(1 if is_bad else 0)


def _python(subject: Subject, envs: Path | None) -> str | None:
    """Give the interpreter of a subject, empty for our own; None if it is not at hand."""
    if not subject.release:
        return ""
    names = (f"spark-{subject.release}", f"daemons-{subject.release}")
    found = next((envs / one for one in names if envs and (envs / one).is_dir()), None)
    if found is None:
        click.echo(f"{subject.name}: no {' or '.join(names)} among the environments")
        return None
    return str(found.absolute())


def judge(subject: Subject, python: str) -> Judged:
    """Judge one daemon module.

    Args:
        subject: to be judged.
        python: its environment; empty for our own interpreter.

    Returns:
        The verdicts on the daemon clauses.

    Raises:
        SuiteError: if the run came to no end.
    """
    options = ["--daemon", subject.module, *(["--python", python] if python else [])]
    options += ["--profile", subject.profile] if subject.profile else []
    file = run(options, subject.name)
    mine = [one for one in file.clauses if one.clause.startswith("D-")]
    return Judged(
        subject=subject.name,
        module=subject.module,
        profile=file.profile,
        clauses={one.clause: one.verdict for one in mine},
        reasons={one.clause: why for one in mine if (why := _reason(one))},
        seconds=file.seconds,
    )


def _reason(entry: ClauseEntry) -> str:
    return entry.reason or first_finding(entry.findings)


def _told(judged: Judged, wrong: tuple[str, ...]) -> str:
    verdicts = list(judged.clauses.values())
    counted = ", ".join(f"{verdicts.count(one)} {one}" for one in dict.fromkeys(verdicts))
    named = " ".join(wrong) or "none"
    return f"{judged.subject:20} {judged.profile:11} {counted}; unexplained: {named}"


def _merge(measured: Measured, fresh: Judged) -> Measured:
    """Put what was judged in the place of what was judged before, in the order of the subjects."""
    known = {one.subject: one for one in (*measured.judged, fresh)}
    return Measured(judged=tuple(known[one.name] for one in SUBJECTS if one.name in known))


if __name__ == "__main__":
    main()
