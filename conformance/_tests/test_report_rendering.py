"""Reports of hand-made runs: terminal, JUnit, Markdown."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from conformance.contract.clause import Level
from conformance.evidence.findings import Case, Finding, RunVerdict, Verdict
from conformance.report import junit, markdown
from conformance.report.failure import failure_lines, shorten
from conformance.report.story import again, replay, size, story_lines
from conformance.report.terminal import IN_FULL, render
from conformance.report.verdict_file import (
    ClauseEntry,
    PlayedTest,
    Subject,
    Suite,
    VerdictFile,
    count,
    musts,
)

TEST = "scenarios/test_pool.py::test_one_caller_at_a_time"
WRONG = Finding("double_handouts", "two different workers", "pid 4121 twice", 5, "F-POOL-12")


def entry(verdict: Verdict, **fields: Any) -> ClauseEntry:
    """A clause of that verdict."""
    usual: dict[str, Any] = {
        "clause": "F-POOL-12",
        "level": Level.MUST,
        "text": "An idle worker is handed to one caller at a time.",
    }
    return ClauseEntry(verdict=verdict, **(usual | fields))


def run(*clauses: ClauseEntry, **fields: Any) -> VerdictFile:
    """A run with these clauses."""
    total, verified = musts(clauses)
    usual: dict[str, Any] = {
        "suite": Suite(name="worker-factory-conformance", version="0"),
        "command": ("wfc", "run"),
        "subject": Subject(impl="py:some.module:make", name="some", version="1"),
        "profile": "documented",
        "score_should": False,
        "is_gate": False,
        "seed": 0,
        "rounds": 1,
        "started_at": "2026-01-02T03:04:05+00:00",
        "seconds": 1.25,
        "state": "finished",
        "verdict": RunVerdict.NOT_CONFORMANT,
        "exit_code": 1,
        "counts": count(clauses),
        "must_total": total,
        "must_verified": verified,
        "errors": (),
        "clauses": clauses,
        "tests": (PlayedTest(id=TEST, clauses=("F-POOL-12",), seconds=0.5),),
    }
    return VerdictFile(**(usual | fields))


FAILED = run(entry(Verdict.FAIL, findings=(WRONG,), tests=(TEST,)))


def test_a_failure_has_the_form_of_the_published_picture() -> None:
    assert list(failure_lines(FAILED.clauses[0], FAILED, 100)) == [
        "FAIL  F-POOL-12  MUST  An idle worker is handed to one caller at a time.",
        "  expected  two different workers    actual  pid 4121 twice",
        f"  test      {TEST}",
        "  again     wfc run --impl py:some.module:make --profile documented --clause F-POOL-12",
    ]


def test_what_does_not_fit_one_line_gets_several() -> None:
    long = Finding("double_handouts", "two " * 20, "one " * 20)
    lines = list(failure_lines(entry(Verdict.FAIL, findings=(long,)), FAILED, 80))
    assert all(len(line) <= 80 for line in lines[:-1])
    assert [line.split()[0] for line in lines[1:]] == [
        *("expected", "two", "actual", "one", "again"),
    ]


def test_many_findings_are_counted_not_shown() -> None:
    lines = list(failure_lines(entry(Verdict.FAIL, findings=(WRONG,) * 5), FAILED, 100))
    assert sum("expected" in line for line in lines) == 3
    assert "  more      2 findings in verdict.json" in lines


@pytest.mark.parametrize("verdict", IN_FULL)
def test_all_that_is_bad_is_shown_in_full(verdict: Verdict) -> None:
    text = "\n".join(render(run(entry(verdict, reason="such is life")), 80))
    assert f"{verdict}  F-POOL-12  MUST" in text
    assert "because   such is life" in text


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.NOT_APPLICABLE])
def test_what_is_well_is_only_counted(verdict: Verdict) -> None:
    text = "\n".join(render(run(entry(verdict)), 80))
    assert "F-POOL-12" not in text
    assert f"1 {verdict}" in text


def test_unverified_clauses_stand_together_by_reason_and_level() -> None:
    file = run(
        entry(Verdict.UNVERIFIED, reason="no inspect"),
        entry(Verdict.UNVERIFIED, clause="F-POOL-13", reason="no inspect"),
        entry(Verdict.UNVERIFIED, clause="D-07", level=Level.SHOULD, reason="no log"),
    )
    lines = list(render(file, 80))
    assert lines[1:5] == [
        "  no inspect",
        "    MUST    F-POOL-12 F-POOL-13",
        "  no log",
        "    SHOULD  D-07",
    ]


def test_advice_and_known_deviations_are_short_lists() -> None:
    file = run(
        entry(Verdict.ADVICE, findings=(WRONG,)),
        entry(Verdict.KNOWN, clause="D-07", reason="as in Spark 4.3 ([E1])"),
    )
    lines = list(render(file, 80))
    assert "  D-07        as in Spark 4.3 ([E1])" in lines
    assert "  F-POOL-12   expected two different workers; actual pid 4121 twice" in lines


def test_the_last_line_is_the_verdict_with_wall_time_and_exit_code() -> None:
    last = list(render(FAILED, 80))[-1]
    assert last == ("NOT CONFORMANT  profile documented · 1 of 1 MUST verified · 1.2 s · exit 1")


def test_an_interrupted_run_says_so() -> None:
    file = msgspec.structs.replace(FAILED, state="interrupted", exit_code=2)
    assert list(render(file, 80))[-1].startswith("INTERRUPTED, so far NOT CONFORMANT")


def test_an_error_of_the_suite_is_shown() -> None:
    text = "\n".join(render(run(errors=("a file cannot be collected",)), 80))
    assert "error of the suite  a file cannot be collected" in text


def test_a_command_to_judge_again_can_be_pasted() -> None:
    subject = Subject(impl="cmd:./adapter --x", asked_daemon="my.daemon")
    file = msgspec.structs.replace(FAILED, subject=subject, score_should=True)
    assert again(file.clauses[0], file) == (
        "wfc run --impl 'cmd:./adapter --x' --daemon my.daemon --level should "
        "--profile documented --clause F-POOL-12"
    )


def test_a_text_is_cut_where_the_line_ends() -> None:
    assert shorten("one two  three", 13) == "one two three"
    assert shorten("one two  three", 9) == "one two…"


# -- cases ---------------------------------------------------------------------------------

STORY = Case(
    id="7QK2",
    title="Two hold one worker.",
    machine="pool",
    steps=("create w1", "release w1", "create w2 ∥ create w3"),
    length=4,
    shrunk_from=31,
    control="gates",
    file="cases/7QK2/scenario.yaml",
)
SHOWN = msgspec.structs.replace(WRONG, case="7QK2")


def told(*findings: Finding, **fields: Any) -> VerdictFile:
    """A failed run with that case, some fields of which are other ones."""
    case = msgspec.structs.replace(STORY, **fields)
    return run(entry(Verdict.FAIL, findings=findings, tests=(TEST,)), cases=(case,))


def test_a_case_is_shown_as_the_published_picture_has_it() -> None:
    file = told(SHOWN)
    note = "4 steps, shrunk from 31"
    head = "FAIL  F-POOL-12  MUST  An idle worker is handed to one caller at a time."
    assert list(failure_lines(file.clauses[0], file, 100)) == [
        head + note.rjust(100 - len(head)),
        "  steps     create w1 · release w1 · create w2 ∥ create w3",
        "  expected  two different workers    actual  pid 4121 twice",
        "  found by  pool; gates hold the order in which things happen",
        "  again     wfc replay cases/7QK2/scenario.yaml --impl py:some.module:make",
    ]


def test_what_has_no_room_in_the_headline_stands_below() -> None:
    file = told(SHOWN)
    lines = list(failure_lines(file.clauses[0], file, 80))
    assert lines[0].endswith("at a time.")
    assert lines[3].startswith("  found by  4 steps, shrunk from 31; pool; gates hold")


def test_findings_of_tests_stand_beside_cases() -> None:
    file = told(SHOWN, WRONG)
    labels = [line.split()[0] for line in failure_lines(file.clauses[0], file, 100)]
    assert labels[1:] == ["steps", "expected", "found", "again", "expected", "test", "again"]


def test_a_wrong_of_a_case_is_told_once() -> None:
    file = told(SHOWN, msgspec.structs.replace(SHOWN, actual="pid 5000 twice"))
    lines = list(failure_lines(file.clauses[0], file, 100))
    assert [line for line in lines if "expected" in line] == [
        "  expected  two different workers    actual  pid 5000 twice"
    ]


def test_a_case_that_is_not_there_is_no_case() -> None:
    file = run(entry(Verdict.FAIL, findings=(SHOWN,), tests=(TEST,)))
    labels = [line.split()[0] for line in failure_lines(file.clauses[0], file, 100)]
    assert labels[1:] == ["expected", "test", "again"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "4 steps, shrunk from 31"),
        ({"shrunk_from": None}, "4 steps"),
        ({"shrunk_from": 4}, "4 steps"),
        ({"length": 1, "shrunk_from": 2}, "1 step, shrunk from 2"),
    ],
)
def test_the_size_of_a_case_is_told(fields: dict[str, Any], said: str) -> None:
    assert size(msgspec.structs.replace(STORY, **fields)) == said


def test_a_long_story_is_broken_between_steps() -> None:
    case = msgspec.structs.replace(STORY, steps=("one  two", "three", "four five six seven"))
    assert list(story_lines(case, 17)) == ["one two · three ·", "four five six seven"]
    assert list(story_lines(msgspec.structs.replace(STORY, steps=()), 20)) == [""]


def test_a_replay_can_be_pasted() -> None:
    subject = Subject(impl="cmd:./adapter --x", asked_daemon="my.daemon")
    file = msgspec.structs.replace(told(SHOWN), subject=subject)
    (case,) = file.placed(Path("my report")).cases
    assert replay(case, file) == (
        "wfc replay 'my report/cases/7QK2/scenario.yaml' "
        "--impl 'cmd:./adapter --x' --daemon my.daemon"
    )


def test_a_case_elsewhere_keeps_its_path() -> None:
    file = told(SHOWN, file="/elsewhere/scenario.yaml")
    assert file.placed(Path("report")).cases == file.cases


def test_junit_and_summary_tell_the_story() -> None:
    file = told(SHOWN)
    failure = case_of(file).find("failure")
    assert failure is not None
    for text in (failure.text or "", markdown.render(file)):
        assert "create w1 · release w1 · create w2 ∥ create w3" in text
        assert "4 steps, shrunk from 31" in text
        assert "wfc replay cases/7QK2/scenario.yaml --impl py:some.module:make" in text


def test_no_step_can_leave_its_fence() -> None:
    page = markdown.render(told(SHOWN, steps=("create w1\n```\n# free",)))
    assert page.count("```") == 4


# -- JUnit ---------------------------------------------------------------------------------


def case_of(file: VerdictFile) -> ET.Element:
    """The test case of a run with one clause; the one above is about the whole run."""
    root = ET.fromstring(junit.render(file))  # noqa: S314 - our own text
    _, case = root.iter("testcase")
    return case


@pytest.mark.parametrize(
    ("verdict", "is_gate", "kind"),
    [
        (Verdict.PASS, True, None),
        (Verdict.FAIL, False, "failure"),
        (Verdict.STALE, False, "failure"),
        (Verdict.KNOWN, False, "skipped"),
        (Verdict.ADVICE, False, "skipped"),
        (Verdict.NOT_APPLICABLE, True, "skipped"),
        (Verdict.INCONCLUSIVE, False, "error"),
        (Verdict.HARNESS_ERROR, False, "error"),
        (Verdict.UNVERIFIED, False, "skipped"),
        (Verdict.UNVERIFIED, True, "failure"),
    ],
)
def test_junit_says_how_a_must_came_out(
    verdict: Verdict,
    is_gate: bool,  # noqa: FBT001 - a parameter
    kind: str | None,
) -> None:
    case = case_of(run(entry(verdict), is_gate=is_gate))
    kinds = [one.tag for one in case if one.tag != "properties"]
    assert kinds == ([kind] if kind else [])


def test_junit_holds_clause_and_level_as_properties() -> None:
    case = case_of(FAILED)
    properties = {one.get("name"): one.get("value") for one in case.iter("property")}
    assert properties == {"clause": "F-POOL-12", "level": "MUST", "verdict": "FAIL"}
    assert case.get("classname") == "worker-factory-conformance.F-POOL"
    assert case.get("time") == "0.500"


def test_an_unverified_should_is_no_failure_under_the_gate() -> None:
    file = run(entry(Verdict.UNVERIFIED, level=Level.SHOULD), is_gate=True)
    assert case_of(file).find("failure") is None


def test_junit_replaces_what_xml_cannot_hold() -> None:
    odd = Finding("wrong_bytes", "text", "\x00\x1b[31m\ud800 & <b>")
    failure = case_of(run(entry(Verdict.FAIL, findings=(odd,)))).find("failure")
    assert failure is not None
    assert "��[31m� & <b>" in (failure.text or "")


# -- Markdown ------------------------------------------------------------------------------


def test_the_summary_lists_what_is_not_well() -> None:
    page = markdown.render(FAILED)
    assert page.startswith("## NOT CONFORMANT: `py:some.module:make`\n")
    assert "| FAIL | 1 |" in page
    assert "expected two different workers; actual pid 4121 twice |" in page


def test_nothing_in_a_finding_can_break_the_table() -> None:
    odd = Finding("wrong_bytes", "a|b", "<img src=x>\n`c`")
    page = markdown.render(run(entry(Verdict.FAIL, findings=(odd,))))
    assert r"expected a\|b; actual \<img src=x\> \`c\` |" in page
