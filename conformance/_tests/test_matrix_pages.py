"""A matrix told: folded, on a terminal, as Markdown, as HTML; a hostile one, too."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from conformance.contract.clause import Level
from conformance.contract.clauses import CLAUSES, FAMILIES
from conformance.evidence.findings import Finding, Verdict
from conformance.report import matrix_html, matrix_page
from conformance.report.matrix_rows import fold
from conformance.report.matrix_text import agreement, show, visible
from conformance.report.verdict_file import ClauseEntry, Subject

from .matrices import column, entry, matrix, of_run, recorded, run, unstarted
from .pages import read_page

if TYPE_CHECKING:
    from conformance.report.matrix_file import Matrix
    from conformance.report.matrix_rows import Family

WRONG = Finding("double_handouts", "two workers", "pid 4121 twice", 5, "F-POOL-01")
OLD = column(
    "Spark 3.5.9",
    entry("F-POOL-01", Verdict.PASS, "spark-3.5"),
    entry("F-POOL-02", Verdict.PASS, "spark-3.5"),
    entry("F-POOL-03", Verdict.NOT_APPLICABLE, "spark-3.5", reason="not bound by it"),
    recorded("F-CONN-10", "spark-3.5"),
    profile="spark-3.5",
)
NEW = column(
    "Spark 4.3.0",
    entry("F-POOL-01", Verdict.FAIL, findings=(WRONG,)),
    entry("F-POOL-02", Verdict.PASS),
    entry("F-POOL-03", Verdict.PASS),
    recorded("F-CONN-10", "spark-4.3"),
)
BOTH = matrix(OLD, NEW, unstarted("Spark 9"), exit_code=1)
NASTY = "</script><script>alert(1)</script>\"' [link](x) | `code` \x1b[31mred\x1b[0m \x00 \u202e"


def family(made: Matrix, name: str) -> Family:
    """One family of a matrix, folded."""
    return next(one for one in fold(made) if one.name == name)


def on_terminal(made: Matrix, width: int = 100) -> str:
    """What a terminal of that width shows."""
    stream = io.StringIO()
    show(made, Console(file=stream, width=width, highlight=False, markup=False, emoji=False))
    return stream.getvalue()


def test_only_clauses_in_which_subjects_differ_are_different() -> None:
    pool = family(BOTH, "Pool")
    assert [one.row.clause for one in pool.different] == ["F-POOL-01", "F-POOL-03"]
    assert len(pool.same) == len(FAMILIES["Pool"]) - 2


def test_subjects_that_break_a_clause_in_other_ways_differ() -> None:
    """Both are KNOWN; by what is recorded, one socket is closed at last, the other never."""
    different = family(BOTH, "Connection and handshake").different
    assert [one.row.clause for one in different] == ["F-CONN-10"]
    assert len(different[0].stories) == 2


def test_a_deviation_that_nobody_shows_makes_no_difference() -> None:
    """It is recorded of the older line alone, and passes there, as it may."""
    older = column("4.0", entry("F-CONN-17", Verdict.PASS, "spark-4.0"), profile="spark-4.0")
    newer = column("4.3", entry("F-CONN-17", Verdict.PASS))
    made = matrix(older, newer)
    assert family(made, "Connection and handshake").different == ()
    assert "not every run shows it" in matrix_page.render(made)


def test_of_a_single_subject_what_is_not_plain_is_shown() -> None:
    pool = family(matrix(NEW), "Pool")
    assert [one.row.clause for one in pool.different] == [
        one.id for one in FAMILIES["Pool"] if one.id not in ("F-POOL-02", "F-POOL-03")
    ]


def test_a_subject_without_verdicts_differs_from_nobody() -> None:
    assert fold(matrix(OLD, NEW)) == fold(BOTH)


def test_where_all_agree_is_one_line_that_hides_nothing() -> None:
    entries = [entry(one.id, Verdict.PASS) for one in FAMILIES["Restart"][1:]]
    bad = entry(FAMILIES["Restart"][0].id, Verdict.FAIL)
    made = matrix(column("a", bad, *entries), column("b", bad, *entries))
    number = len(entries) + 1
    assert agreement(family(made, "Restart")) == (
        f"{number} of {number} alike: 1 FAIL ({bad.clause}), {number - 1} PASS"
    )


def test_the_terminal_lists_differences_and_counts_the_rest() -> None:
    text = on_terminal(BOTH)
    assert "F-POOL-01" in text
    assert "F-POOL-02" not in text
    assert "Spark 9" in text
    assert "not started: no Python" in text
    assert "double_handouts: expected two workers; actual pid 4121 twice" in " ".join(text.split())
    assert f"2 of 3 subjects judged · 3 of {len(CLAUSES)} clauses differ · exit 1" in text


def test_where_nobody_differs_there_is_no_table() -> None:
    same = entry("F-POOL-01", Verdict.PASS)
    text = on_terminal(matrix(column("a", same), column("b", same)))
    assert "clause  level" not in text
    assert f"0 of {len(CLAUSES)} clauses differ" in text


@pytest.mark.parametrize(("width", "tables"), [(80, 2), (120, 1)])
def test_many_subjects_are_cut_into_tables_that_fit(width: int, tables: int) -> None:
    many = matrix(*(column(f"subject {n}", entry("F-POOL-01", v)) for n, v in enumerate(Verdict)))
    lines = on_terminal(many, width).splitlines()
    assert max(map(len, lines)) <= width
    assert sum(line.startswith("clause") for line in lines) == tables
    assert all(any(f"subject {n}" in line for line in lines) for n in range(len(Verdict)))


def test_a_matrix_without_verdicts_says_why() -> None:
    none = matrix(unstarted("a"), unstarted("b"))
    for text in (on_terminal(none), matrix_page.render(none), matrix_html.render(none)):
        assert "no Python" in text


def test_the_page_tells_verdicts_and_reasons() -> None:
    page = matrix_page.render(BOTH)
    assert "| F-POOL-01 | MUST | · | FAIL |" in page
    assert "| F-POOL-03 | MUST |  | · |" in page
    assert "- Spark 4.3.0: KNOWN. The socket stays open for ever. (\\[E2\\] fd\\_leak)" in page
    assert "double\\_handouts: expected two workers; actual pid 4121 twice." in page


@pytest.mark.parametrize("state", ["running", "interrupted"])
def test_an_unfinished_matrix_says_so(state: str) -> None:
    made = matrix(OLD, NEW, state=state)
    for text in (matrix_page.render(made), matrix_html.render(made)):
        assert f"is {state}; this is what was found so far" in text


def test_every_link_leads_to_a_place_on_the_page_or_a_report_beside_it() -> None:
    page = read_page(matrix_html.render(BOTH))
    assert page.unclosed == page.handlers == []
    assert len(set(page.ids)) == len(page.ids)
    places = {f"#{one}" for one in page.ids}
    elsewhere = {one for one in page.addresses if not one.startswith("#")}
    assert set(page.addresses) - elsewhere <= places
    assert elsewhere == {"data:,", "runs/some/latest/report.html"}


def test_a_cell_has_a_name_and_its_details() -> None:
    html = matrix_html.render(BOTH)
    assert 'aria-label="F-POOL-01, Spark 4.3.0: FAIL"' in html
    page = read_page(html)
    assert "#F-CONN-10.1" in page.addresses
    assert "The socket stays open for ever." in page.text
    assert "[E2] fd_leak" in page.text


def test_the_page_asks_for_nothing() -> None:
    page = matrix_html.render(BOTH)
    assert "http" not in page.replace("http-equiv", "")
    assert "default-src 'none'" in page


def hostile() -> Matrix:
    """A run whose every text is nasty."""
    wrong = Finding(NASTY, NASTY, NASTY * 1000)
    strange = ClauseEntry(
        clause=NASTY, level=Level.MUST, text=NASTY, verdict=Verdict.FAIL, findings=(wrong,)
    )
    file = run(
        entry("F-POOL-01", Verdict.KNOWN, reason=NASTY, findings=(wrong,)),
        strange,
        subject=Subject(impl="py:a:b", name=NASTY, version=NASTY, daemon=NASTY),
        errors=(NASTY,),
    )
    return of_run(NASTY, file)


def test_a_hostile_matrix_cannot_break_the_page() -> None:
    """It has the elements that the suite writes, and none of its own."""
    page = read_page(matrix_html.render(hostile()))
    assert page.unclosed == page.handlers == []
    assert page.tags.count("script") == 1
    assert "alert(1)" in page.text
    assert len(set(page.ids)) == len(page.ids)


def test_a_hostile_matrix_cannot_break_the_terminal() -> None:
    assert not {"\x1b", "\x00", "\u202e"} & set(on_terminal(hostile()))
    assert visible("a\x1b[31m\nb") == "a␛[31m b"


def test_a_hostile_matrix_cannot_break_the_markdown() -> None:
    page = matrix_page.render(hostile())
    assert "\\<script\\>" in page
    assert "<script" not in page.replace("\\<script", "")
    assert not {"\x1b", "\x00", "\u202e"} & set(page)
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows} <= {4, 7}
