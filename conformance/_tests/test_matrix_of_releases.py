"""docs/matrix.json: releases of Spark, nothing unexplained, and the page drawn of it."""

from __future__ import annotations

import re

import pytest

from conformance.contract.clauses import CLAUSES
from conformance.contract.profiles import RUN, find_profile
from conformance.door.find import ROOT
from conformance.evidence.findings import RunVerdict, Verdict
from conformance.report.matrix_file import Column, exit_code_of, read
from conformance.report.matrix_page import draw_releases

PATH = ROOT / "docs" / "matrix.json"
MATRIX = read(PATH)
#: The first line in the table.
FIRST = "3.3"
LINES = tuple(RUN)[tuple(RUN).index(FIRST) :]
#: Verdicts that nothing explains in a release of Spark, judged by its own profile.
WRONG = (Verdict.FAIL, Verdict.STALE, Verdict.INCONCLUSIVE, Verdict.HARNESS_ERROR)


def test_the_newest_release_of_seven_lines_stands_there() -> None:
    assert [one.name for one in MATRIX.subjects] == [f"Spark {RUN[line]}" for line in LINES]
    profiles = {one.name: one.profile for one in MATRIX.judged}
    assert all(profiles.get(f"Spark {RUN[line]}", "") in ("", f"spark-{line}") for line in LINES)


def test_all_are_judged_by_every_clause_to_the_end() -> None:
    assert {one.state for one in MATRIX.subjects} == {"finished"}
    assert (MATRIX.exit_code, exit_code_of(MATRIX)) == (0, 0)
    assert all(set(one.cells) == {clause.id for clause in CLAUSES} for one in MATRIX.subjects)


@pytest.mark.parametrize("one", MATRIX.judged, ids=lambda one: one.name)
def test_nothing_is_unexplained(one: Column) -> None:
    """What is broken is recorded of that line; what is UNVERIFIED says why."""
    assert {cell.verdict for cell in one.cells.values()}.isdisjoint(WRONG)
    known = {clause for clause, cell in one.cells.items() if cell.verdict is Verdict.KNOWN}
    assert known <= {record.clause for record in find_profile(one.profile).deviations}
    assert one.verdict is RunVerdict.KNOWN_DEVIATIONS
    for clause, cell in one.cells.items():
        assert cell.reason or cell.verdict is not Verdict.UNVERIFIED, clause


def test_the_page_is_drawn_of_this_data() -> None:
    assert (ROOT / "docs" / "matrix.md").read_text(encoding="utf-8") == draw_releases(MATRIX)


def test_no_path_of_a_machine_is_in_it() -> None:
    text = PATH.read_text(encoding="utf-8")
    assert re.findall(r"[\s\"'(=:]/(?:tmp|home|root|usr|opt|var|work|dev)/", text) == []
