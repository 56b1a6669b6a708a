"""Subjects that break one clause: alike by the same wrongs, different by others; and so told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from conformance.contract.clauses import CLAUSES
from conformance.evidence.findings import Finding, Verdict
from conformance.report import matrix_html, matrix_page

from .matrices import column, entry, matrix, recorded
from .pages import read_page
from .test_matrix_pages import family, on_terminal

if TYPE_CHECKING:
    from conformance.report.matrix_file import Matrix

#: Verdicts on a clause that is broken, with reasons as runs give them.
BROKEN = [
    (Verdict.FAIL, ""),
    (Verdict.ADVICE, ""),
    (Verdict.STALE, "recorded as leaked_threads, fails another way"),
    (Verdict.KNOWN, "a retry of ours (baseline.toml)"),
]
every_verdict = pytest.mark.parametrize(("verdict", "reason"), BROKEN)


def wrong(name: str, actual: str = "w3") -> Finding:
    """One wrong of that name."""
    return Finding(name, "w2", actual)


def both(
    ours: tuple[Finding, ...],
    theirs: tuple[Finding, ...],
    verdict: Verdict = Verdict.FAIL,
    reason: str = "",
) -> Matrix:
    """Two subjects, of whom these wrongs were seen."""
    return matrix(
        column("ours", entry("F-POOL-01", verdict, reason=reason, findings=ours)),
        column("theirs", entry("F-POOL-01", verdict, reason=reason, findings=theirs)),
    )


def ways(made: Matrix) -> list[tuple[str, ...]]:
    """Who is told of together on the one clause in which subjects differ; nothing if none is."""
    found = family(made, "Pool").different
    return [one.names for line in found for one in line.stories]


def words(text: str) -> str:
    """A text without what wraps it."""
    return " ".join(text.split())


def markdown(made: Matrix) -> str:
    """The Markdown, as it is read."""
    return re.sub(r"\\(.)", r"\1", matrix_page.render(made))


@every_verdict
def test_subjects_that_break_a_clause_by_other_wrongs_differ(verdict: Verdict, reason: str) -> None:
    """Each is told with its own evidence."""
    made = both((wrong("wrong_handouts"),), (wrong("lost", "w9"),), verdict, reason)
    assert ways(made) == [("ours",), ("theirs",)]
    text = words(on_terminal(made))
    page = markdown(made)
    lead, gap = (f"{reason}; ", f"{reason} ") if reason else ("", "")
    for name, seen in (
        ("ours", "wrong_handouts: expected w2; actual w3"),
        ("theirs", "lost: expected w2; actual w9"),
    ):
        assert f"{name}: {lead}{seen}" in text
        assert f"- {name}: {verdict}. {gap}{seen}." in page
    assert f"1 of {len(CLAUSES)} clauses differ" in text
    assert f"| F-POOL-01 | MUST | {verdict} | {verdict} |" in page
    html = read_page(matrix_html.render(made))
    assert f"Subjects differ in 1 of {len(CLAUSES)} clauses" in words(html.text)
    assert {"#F-POOL-01.0", "#F-POOL-01.1"} <= set(html.addresses)


@every_verdict
def test_the_same_wrongs_with_other_texts_are_alike(verdict: Verdict, reason: str) -> None:
    made = both((wrong("lost", "pid 7"),), (wrong("lost", "pid 8"),), verdict, reason)
    assert ways(made) == []
    assert len(family(made, "Pool").same[0].stories) == 1
    assert f"0 of {len(CLAUSES)} clauses differ" in on_terminal(made)


def test_a_text_that_not_all_share_has_a_name() -> None:
    """What was seen in one subject is not said of another."""
    made = both((wrong("lost", "pid 7"),), (wrong("lost", "pid 8"),))
    assert "all: lost: expected w2; actual pid 7 (seen in ours)" in words(on_terminal(made))
    assert "- all: FAIL. lost: expected w2; actual pid 7 (seen in ours)." in markdown(made)
    shared = both((wrong("lost"),), (wrong("lost"),))
    assert "- all: FAIL. lost: expected w2; actual w3." in markdown(shared)


def test_neither_order_nor_number_of_wrongs_makes_a_difference() -> None:
    ours = (wrong("lost", "1"), wrong("late", "1"))
    theirs = (wrong("late", "2"), wrong("late", "3"), wrong("late", "4"), wrong("lost", "2"))
    assert ways(both(ours, theirs)) == []


def test_one_wrong_more_is_a_difference_and_told() -> None:
    """Though it was seen after many others."""
    many = tuple(wrong("lost", str(number)) for number in range(9))
    made = both(many, (*many, wrong("late")))
    assert ways(made) == [("ours",), ("theirs",)]
    text = words(on_terminal(made))
    assert "ours: lost: expected w2; actual 0 " in text
    assert "theirs: lost: expected w2; actual 0; also late" in text


def test_what_the_profile_records_is_one_way_whatever_a_run_shows_of_it() -> None:
    """It has two wrongs there; each run shows one."""
    made = matrix(
        column("ours", recorded("F-POOL-12", "spark-4.3", 0)),
        column("theirs", recorded("F-POOL-12", "spark-4.3", 1)),
    )
    names = {seen.wrong for one in made.judged for seen in one.cells["F-POOL-12"].seen}
    assert len(names) == 2
    assert ways(made) == []
    assert "- all: KNOWN. The worker is queued twice" in markdown(made)
    assert "expected" not in on_terminal(made)


def test_what_a_baseline_adds_to_the_record_is_a_difference() -> None:
    """Spark's deviation is recorded of both; one does more."""
    plain = recorded("F-POOL-12", "spark-4.3")
    more = entry(
        "F-POOL-12",
        Verdict.KNOWN,
        reason=f"{plain.reason}; a retry of ours (baseline.toml)",
        findings=(*plain.findings, wrong("late")),
    )
    assert ways(matrix(column("ours", plain), column("theirs", more))) == [("ours",), ("theirs",)]


def test_a_deviation_that_is_gone_is_no_other_way_to_fail() -> None:
    """Both are STALE: one keeps the clause, the other breaks it anew."""
    kept = entry("F-POOL-12", Verdict.STALE, reason="recorded as broken, but kept: …")
    anew = entry("F-POOL-12", Verdict.STALE, reason="fails another way", findings=(wrong("late"),))
    made = matrix(column("ours", kept), column("theirs", anew))
    assert ways(made) == [("ours",), ("theirs",)]
    assert "theirs: fails another way" in words(on_terminal(made))


def test_reasons_that_differ_explain_themselves() -> None:
    """Two accept the same wrong, each for its own reason: alike, and both reasons are told."""
    made = matrix(
        *(
            column(name, entry("F-POOL-01", Verdict.KNOWN, reason=name * 2, findings=(one,)))
            for name, one in (("ours", wrong("lost", "1")), ("theirs", wrong("lost", "2")))
        )
    )
    assert ways(made) == []
    text = words(on_terminal(made))
    assert "ours: oursours" in text
    assert "theirs: theirstheirs" in text
    assert "expected" not in text
