"""report.html: it stands alone, tells all, and no text of others becomes markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from conformance.contract.clauses import CLAUSES
from conformance.evidence.findings import Case, Finding, Verdict
from conformance.report.page.failures import write_timelines
from conformance.report.page.run_page import run_page
from conformance.report.verdict_file import ClauseEntry, PlayedTest, VerdictFile
from conformance.report.where import picture, where

from .pages import read_page
from .test_report_files import FILE
from .test_report_timeline import LIFE

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"
CASE = Case(
    id="7QK2",
    title="A worker twice",
    machine="lifecycle",
    steps=("create w1", f"release {HOSTILE}"),
    length=2,
    shrunk_from=31,
    file="cases/7QK2/scenario.yaml",
)


def entry(verdict: Verdict, *findings: Finding, number: int = 0, reason: str = "") -> ClauseEntry:
    clause = CLAUSES[number]
    return ClauseEntry(
        clause=clause.id,
        level=clause.level,
        text=clause.text,
        verdict=verdict,
        reason=reason,
        findings=findings,
        tests=("scenarios/test_pool.py::test_one",),
    )


def a_run(*entries: ClauseEntry, **changes: object) -> VerdictFile:
    counts = {one.verdict.value: 1 for one in entries}
    test = PlayedTest(id="t", clauses=(CLAUSES[0].id,), seconds=0.25, trace="traces/t-1")
    values = {"clauses": entries, "counts": counts, "tests": (test,), "cases": (CASE,), **changes}
    return msgspec.structs.replace(FILE, **values)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A run's directory with a case and a trace, each with a history."""
    from conformance.evidence.history import parse_history

    lines = "".join(f"{msgspec.json.encode(seen).decode()}\n" for seen in parse_history(LIFE))
    for place in ("cases/7QK2", "traces/t-1"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "history.ndjson").write_text(lines, encoding="utf-8")
        (tmp_path / place / "stderr.txt").write_text(f"oh\x1b[31m{HOSTILE}\n", encoding="utf-8")
    return tmp_path


def found(wrong: str = "wrong_handouts", **keys: str) -> Finding:
    return Finding(wrong, "two workers", f"one {HOSTILE}", None, CLAUSES[0].id, **keys)


def test_a_page_asks_nobody_for_anything(directory: Path) -> None:
    """Every address is within the page or the run's directory, or data; no handler stands in it."""
    page = read_page(run_page(a_run(entry(Verdict.FAIL, found(case="7QK2"))), directory))
    assert page.addresses
    foreign = [one for one in page.addresses if ":" in one and not one.startswith("data:,")]
    assert foreign == []
    assert page.handlers == []
    assert page.unclosed == []


def test_text_of_others_stays_text(directory: Path) -> None:
    """One script, no image: the page's own; what is hostile can be read in it."""
    failed = entry(Verdict.FAIL, found(case="7QK2"), found(test="t"), reason=HOSTILE)
    file = a_run(failed, errors=(HOSTILE,), command=("wfc", HOSTILE))
    page = read_page(run_page(file, directory))
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert page.text.count(HOSTILE) >= 5
    assert "\x1b" not in page.text


def test_a_failure_is_told_with_its_story_and_timeline(directory: Path) -> None:
    """Steps, expected and actual, how to replay it, its picture, the same in words, its files."""
    html = run_page(a_run(entry(Verdict.FAIL, found(case="7QK2"))), directory)
    page = read_page(html)
    assert {"7QK2", CLAUSES[0].id} <= set(page.ids)
    assert page.tags.count("svg") == 1
    for told in ("create w1", "two workers", "shrunk from 31", "wfc replay", "factory → daemon 1"):
        assert told in page.text
    assert "cases/7QK2/history.ndjson" in page.addresses


def test_a_scenario_without_a_case_has_its_timeline_too(directory: Path) -> None:
    """What a written scenario found is drawn from its trace."""
    page = read_page(run_page(a_run(entry(Verdict.FAIL, found(test="t"))), directory))
    assert page.tags.count("svg") == 1
    assert "traces/t-1/stderr.txt" in page.addresses


def test_a_page_without_histories_still_tells(tmp_path: Path) -> None:
    """What was moved away, or never kept, is not missed."""
    page = read_page(run_page(a_run(entry(Verdict.FAIL, found(case="7QK2"))), tmp_path))
    assert "svg" not in page.tags
    assert "two workers" in page.text


def test_a_history_that_was_cut_off_is_drawn_as_far_as_it_goes(directory: Path) -> None:
    """A kill amid a write leaves half a line."""
    history = directory / "cases/7QK2/history.ndjson"
    history.write_bytes(history.read_bytes()[:-20])
    page = read_page(run_page(a_run(entry(Verdict.FAIL, found(case="7QK2"))), directory))
    assert page.tags.count("svg") == 1


@pytest.mark.parametrize(
    ("state", "told"), [("running", "did not end"), ("interrupted", "interrupted")]
)
def test_a_run_that_is_not_whole_says_so(state: str, told: str, tmp_path: Path) -> None:
    """A reader of half a run must not take it for a whole one."""
    html = run_page(a_run(entry(Verdict.PASS), state=state, exit_code=None), tmp_path)
    assert told in read_page(html).text


def test_every_clause_stands_in_its_family_with_its_verdict(tmp_path: Path) -> None:
    """No clause is left out, whatever its verdict."""
    verdicts = list(Verdict)
    entries = [entry(verdicts[n % len(verdicts)], number=n) for n in range(len(CLAUSES))]
    page = read_page(run_page(a_run(*entries), tmp_path))
    assert page.tags.count("tr") >= len(CLAUSES)
    assert [clause.id for clause in CLAUSES if clause.id not in page.text] == []
    assert len(page.ids) == len(set(page.ids))


def test_a_page_stays_small_whatever_an_implementation_says(directory: Path) -> None:
    """Hundreds of findings, each longer than anyone reads, and a long standard error."""
    (directory / "cases/7QK2/stderr.txt").write_text("e" * 5_000_000, encoding="utf-8")
    findings = [found(f"wrong_{n}", case="7QK2" if n % 2 else "", test="t") for n in range(300)]
    html = run_page(a_run(entry(Verdict.FAIL, *findings)), directory)
    assert len(html.encode()) < 400_000


def test_timelines_are_files_of_their_own_too(directory: Path) -> None:
    """Each stands beside the history that it shows, for bug trackers and mails."""
    write_timelines(a_run(entry(Verdict.FAIL, found(case="7QK2"), found(test="t"))), directory)
    for place in ("cases/7QK2", "traces/t-1"):
        assert (directory / place / "timeline.svg").read_text(encoding="utf-8").startswith("<svg")


def test_the_terminal_says_where_and_names_the_picture(directory: Path) -> None:
    """The last thing seen before the pin; the place in the report, once there is one."""
    case = msgspec.structs.replace(CASE, file=str(directory / CASE.file))
    assert where(case, [found()]) == "t=0.000 s  worker 1 → caller 1: returned"
    assert picture(case.file, case.id) == ""
    (directory / "report.html").touch()
    assert picture(case.file, case.id) == f"{directory}/report.html#7QK2"
