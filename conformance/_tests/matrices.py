"""Hand-made runs and matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.contract.clauses import find
from conformance.contract.profiles import find_profile
from conformance.evidence.findings import Finding, RunVerdict, Verdict
from conformance.report.matrix_file import Asked, Column, Matrix
from conformance.report.matrix_join import all_rows, column_of, foreign_rows
from conformance.report.verdict_file import (
    ClauseEntry,
    Subject,
    Suite,
    VerdictFile,
    count,
    encode,
    musts,
)

if TYPE_CHECKING:
    from pathlib import Path

SUITE = Suite(name="worker-factory-conformance", version="0")
NOW = "2026-01-02T03:04:05+00:00"


def entry(clause: str, verdict: Verdict, profile: str = "spark-4.3", **fields: Any) -> ClauseEntry:
    """What became of a clause of the contract."""
    found = find(clause)
    level = find_profile(profile).level(found)
    return ClauseEntry(clause=clause, level=level, text=found.text, verdict=verdict, **fields)


def recorded(clause: str, profile: str, place: int = 0) -> ClauseEntry:
    """A clause that is not kept, as the profile records it; by which of its wrongs."""
    known = find_profile(profile).known(clause)
    reason = "; ".join(f"{one.how} ({one.evidence})" for one in known)
    wrong = Finding(known[0].wrong.split("|")[place], "as it should be", "pid 4121 twice")
    return entry(clause, Verdict.KNOWN, profile, reason=reason, findings=(wrong,))


def run(*clauses: ClauseEntry, **fields: Any) -> VerdictFile:
    """A finished run of these clauses."""
    total, verified = musts(clauses)
    is_failed = any(one.verdict is Verdict.FAIL for one in clauses)
    usual: dict[str, Any] = {
        "suite": SUITE,
        "command": ("wfc", "run"),
        "subject": Subject(impl="py:some.module:make", name="some", version="1"),
        "profile": "spark-4.3",
        "score_should": False,
        "is_gate": False,
        "seed": 0,
        "rounds": 1,
        "started_at": NOW,
        "seconds": 61.25,
        "state": "finished",
        "verdict": RunVerdict.NOT_CONFORMANT if is_failed else RunVerdict.CONFORMANT,
        "exit_code": 1 if is_failed else 0,
        "counts": count(clauses),
        "must_total": total,
        "must_verified": verified,
        "errors": (),
        "clauses": clauses,
        "tests": (),
    }
    return VerdictFile(**(usual | fields))


def column(name: str, *clauses: ClauseEntry, **fields: Any) -> Column:
    """A subject with a run of these clauses."""
    asked = Asked(name=name, impl="py:some.module:make")
    return column_of(asked, run(*clauses, **fields), "runs/some/latest")


def unstarted(name: str, exit_code: int = 8) -> Column:
    """A subject that could not be started."""
    asked = Asked(name=name, impl="spark:nowhere")
    return Column(asked=asked, state="not started", reason="no Python", exit_code=exit_code)


def matrix(*columns: Column, **fields: Any) -> Matrix:
    """A matrix of these subjects."""
    usual: dict[str, Any] = {
        "suite": SUITE,
        "command": ("wfc", "matrix", "m.toml"),
        "started_at": NOW,
        "state": "finished",
        "subjects": columns,
        "clauses": all_rows(),
    }
    return Matrix(**(usual | fields))


def store(directory: Path, file: VerdictFile) -> str:
    """Write a run down; tell the name of its directory."""
    directory.mkdir()
    (directory / "verdict.json").write_bytes(encode(file))
    return directory.name


def of_run(name: str, file: VerdictFile) -> Matrix:
    """A matrix of one run, with the clauses that only it knows."""
    asked = Asked(name=name, run="stored")
    rows = all_rows(foreign_rows(file))
    return matrix(column_of(asked, file, "stored"), clauses=rows)
