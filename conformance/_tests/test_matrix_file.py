"""matrix.json: how runs become columns, what they weigh, and that the published schema fits."""

from __future__ import annotations

import json
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from conformance.contract.clause import Level
from conformance.contract.clauses import CLAUSES
from conformance.door.find import ROOT
from conformance.errors import UsageError
from conformance.evidence.findings import Finding, Verdict
from conformance.report.matrix_file import Asked, Column, encode, exit_code_of, read
from conformance.report.matrix_join import ELSEWHERE, all_rows
from conformance.report.verdict_file import ClauseEntry

from .matrices import column, entry, matrix, of_run, recorded, run, unstarted
from .test_report_files import violations

if TYPE_CHECKING:
    from pathlib import Path

#: The README's table for subjects that differ, from the top.
WINS = (1, 8, 4, 3, 7, 6, 5, 0)


def weighing(code: int) -> Column:
    """A subject that counts as this exit code."""
    if code in (8, 4):
        return unstarted(f"s{code}", code)
    return column(f"s{code}", entry("F-POOL-01", Verdict.PASS), exit_code=code)


def test_every_set_of_exit_codes_comes_to_the_worst() -> None:
    """Walked whole: 1 wins over a subject that has no verdict, that over all others."""
    sets = chain.from_iterable(combinations(WINS, size) for size in range(1, len(WINS) + 1))
    for codes in sets:
        made = matrix(*(weighing(code) for code in codes))
        assert exit_code_of(made) == next(code for code in WINS if code in codes), codes


def test_an_interrupted_matrix_ends_with_2_whatever_it_found() -> None:
    assert exit_code_of(matrix(weighing(1), state="interrupted")) == 2


@pytest.mark.parametrize(("verdict", "code"), [(Verdict.PASS, 7), (Verdict.FAIL, 1)])
@pytest.mark.parametrize("state", ["interrupted", "running"])
def test_a_run_that_was_cut_short_proves_a_failure_and_nothing_else(
    verdict: Verdict, code: int, state: str
) -> None:
    cut = column("cut", entry("F-POOL-01", verdict), state=state, exit_code=None)
    assert exit_code_of(matrix(cut)) == code


def test_a_subject_that_never_ran_is_no_green() -> None:
    idle = Column(asked=Asked(name="idle", impl="py:a:b"), state="not run", reason="not yet")
    assert exit_code_of(matrix(weighing(0), idle)) == 7


def test_a_cell_has_what_the_profile_records() -> None:
    cell = column("old", recorded("F-CONN-10", "spark-3.5"), profile="spark-3.5").cells["F-CONN-10"]
    assert [one.evidence for one in cell.recorded] == ["[E2] fd_leak"]
    assert cell.reason.startswith(cell.recorded[0].how)
    assert cell.seen[0].actual == "pid 4121 twice"


def test_a_deviation_that_was_not_seen_is_recorded_all_the_same() -> None:
    """It is one that not every run shows."""
    passed = column("4.0", entry("F-CONN-17", Verdict.PASS, "spark-4.0"), profile="spark-4.0")
    cell = passed.cells["F-CONN-17"]
    assert [one.certain for one in cell.recorded] == [False]


def test_a_level_stands_in_a_cell_only_if_it_differs() -> None:
    differing = next(one for one in CLAUSES if one.levels)
    line, level = next(iter(differing.levels.items()))
    profile = f"spark-{line}"
    made = column(
        "s",
        entry(differing.id, Verdict.PASS, profile),
        entry("F-POOL-01", Verdict.PASS, profile),
        profile=profile,
    )
    assert made.cells[differing.id].level is level
    assert made.cells["F-POOL-01"].level is None


def test_wrongs_are_told_once_and_not_without_end() -> None:
    wrongs = [Finding("w", "e", str(number % 5), number) for number in range(20)]
    made = column("s", entry("F-POOL-01", Verdict.FAIL, findings=tuple(wrongs)))
    assert [one.actual for one in made.cells["F-POOL-01"].seen] == ["0", "1", "2"]


def test_every_name_of_a_wrong_is_kept() -> None:
    """Subjects are compared by them; the first of each name stands before others."""
    wrongs = [Finding(name, "e", str(number)) for number, name in enumerate("aaaabcd")]
    made = column("s", entry("F-POOL-01", Verdict.FAIL, findings=tuple(wrongs)))
    seen = [(one.wrong, one.actual) for one in made.cells["F-POOL-01"].seen]
    assert seen == [("a", "0"), ("b", "4"), ("c", "5"), ("d", "6")]


def test_a_clause_of_another_version_has_a_row_of_its_own() -> None:
    strange = ClauseEntry(clause="F-NEW-01", level=Level.MUST, text="…", verdict=Verdict.PASS)
    made = of_run("s", run(entry("F-POOL-01", Verdict.PASS), strange))
    assert [one.clause for one in made.clauses if one.family == ELSEWHERE] == ["F-NEW-01"]
    assert len(all_rows(made.clauses)) == len(CLAUSES) + 1


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    made = matrix(column("s", recorded("F-STOP-11", "spark-4.3")), unstarted("none"))
    path = tmp_path / "matrix.json"
    path.write_bytes(encode(made))
    assert read(path) == made


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"format": "2"}', b"\xff"])
def test_what_is_no_matrix_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "matrix.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"matrix\.json"):
        read(path)


def test_secrets_stand_in_no_matrix() -> None:
    wrong = Finding("w", "e", "5e" * 32)
    made = matrix(column("s", entry("F-POOL-01", Verdict.FAIL, findings=(wrong,))))
    assert b"5e5e" not in encode(made)


def schema() -> dict[str, Any]:
    """The schema in the documentation."""
    text = (ROOT / "docs" / "matrix.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def test_the_published_schema_fits_and_refuses() -> None:
    made = matrix(column("s", recorded("F-STOP-11", "spark-4.3")), unstarted("none"))
    value = msgspec.json.decode(encode(made))
    assert violations(value, schema(), schema()) == []
    value["subjects"][0]["state"] = "fine"
    assert violations(value, schema(), schema()) != []
