"""From the verdicts of runs to the columns and rows of a matrix."""

from __future__ import annotations

from collections.abc import Iterable  # noqa: TC003 - public annotation read by tools
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from conformance.contract.clauses import CLAUSES, FAMILIES
from conformance.contract.profiles import PROFILES
from conformance.report.legible import legible
from conformance.report.matrix_file import Asked, Cell, Column, Recorded, Row, Seen

if TYPE_CHECKING:
    from conformance.evidence.findings import Finding
    from conformance.report.matrix_file import State
    from conformance.report.verdict_file import ClauseEntry, VerdictFile

#: How many wrongs of one clause are kept; more only if more names are among them.
_SEEN = 3
#: Family of clauses that this version of the suite has not.
ELSEWHERE = "Clauses of other versions of the suite"
_STATES: dict[str, State] = {
    "finished": "finished",
    "interrupted": "interrupted",
    "cut short": "unfinished",
    "running": "unfinished",
}
_LEVELS = {clause.id: clause.level for clause in CLAUSES}


def column_of(asked: Asked, file: VerdictFile, report: str) -> Column:
    """Make the column of a subject that has a run.

    Args:
        asked: what the user's file says of it.
        file: the run's verdict.json.
        report: directory of the run.

    Returns:
        The column.
    """
    return Column(
        asked=asked,
        state=_STATES[file.state],
        exit_code=file.exit_code,
        about=file.subject,
        suite=file.suite,
        profile=file.profile,
        effort=file.effort,
        verdict=file.verdict,
        must_total=file.must_total,
        must_verified=file.must_verified,
        started_at=file.started_at,
        seconds=file.seconds,
        report=report,
        errors=file.errors,
        cells={entry.clause: _cell(entry, file.profile) for entry in file.clauses},
    )


def _cell(entry: ClauseEntry, profile: str) -> Cell:
    return Cell(
        verdict=entry.verdict,
        level=entry.level if entry.level is not _LEVELS.get(entry.clause) else None,
        reason=legible(entry.reason),
        recorded=_recorded(entry.clause, profile),
        seen=_seen(entry.findings),
    )


def _recorded(clause: str, profile: str) -> tuple[Recorded, ...]:
    known = PROFILES[profile].known(clause) if profile in PROFILES else ()
    return tuple(Recorded(how=one.how, evidence=one.evidence, certain=one.certain) for one in known)


def _seen(findings: Iterable[Finding]) -> tuple[Seen, ...]:
    """Keep the first wrong of each name, which subjects are compared by, and few others."""
    seen = [
        Seen(wrong=legible(one.wrong), expected=legible(one.expected), actual=legible(one.actual))
        for one in findings
    ]
    firsts: dict[str, Seen] = {}
    for one in seen:
        firsts.setdefault(one.wrong, one)
    return tuple(dict.fromkeys((*firsts.values(), *seen)))[: max(_SEEN, len(firsts))]


def foreign_rows(file: VerdictFile) -> tuple[Row, ...]:
    """List the clauses of a run that this version of the suite does not have.

    Args:
        file: verdict.json of the run.

    Returns:
        Their rows.
    """
    return tuple(
        Row(clause=one.clause, family=ELSEWHERE, level=one.level, text=one.text)
        for one in file.clauses
        if one.clause not in _LEVELS
    )


def all_rows(foreign: Iterable[Row] = (), globs: tuple[str, ...] = ()) -> tuple[Row, ...]:
    """List the clauses of the contract, and others.

    Args:
        foreign: rows of other versions; those that have come into the contract, or stand
            there twice, are left out.
        globs: patterns of ids; what matches none is left out. All are listed if there are
            none.

    Returns:
        One row a clause.
    """
    rows = {
        clause.id: Row(clause=clause.id, family=family, level=clause.level, text=clause.text)
        for family, clauses in FAMILIES.items()
        for clause in clauses
    }
    for row in foreign:
        rows.setdefault(row.clause, row)
    return tuple(
        row
        for row in rows.values()
        if not globs or any(fnmatchcase(row.clause, glob) for glob in globs)
    )
