"""What CI systems read of a run: badge, annotations of GitHub, JUnit, the job's summary."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import msgspec
import pytest

from conformance.cli.github import annotate, no_commands
from conformance.contract.clauses import CLAUSES
from conformance.evidence.findings import Finding, RunVerdict, Verdict
from conformance.report import badge, junit, markdown, terminal, workflow
from conformance.report.files import RunFiles

from .hand_made_runs import entry, run

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.report.verdict_file import VerdictFile

PASSED = entry("F-RST-01", Verdict.PASS)
FAILED = entry("F-RST-02", Verdict.FAIL, "a")
STALE = entry("F-RST-03", Verdict.STALE, reason="recorded as broken, but kept: old")
#: A run of the gate that left the machines out, and why it is not green.
WITHOUT_MACHINES = (
    run(
        *(PASSED,),
        exit_code=7,
        is_gate=True,
        verdict=RunVerdict.INCOMPLETE,
        left_out=("the machines (--effort none)",),
    ),
    "1 of 1 MUST verified; left out: the machines (--effort none); --gate wants all.",
)
#: A megabyte of everything that is bad.
HOSTILE = "\x1b[31m\x00]]><b>|`%::error::\r\n::set-output name=x::y\r\n" * 20_000

# -- the badge -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "message", "color"),
    [
        (run(PASSED), "conformant, 1 MUST", "brightgreen"),
        (run(PASSED, FAILED), "1 clause failed", "red"),
        (run(FAILED, state="interrupted"), "1 clause failed", "red"),
        (run(PASSED, state="interrupted"), "interrupted", "lightgrey"),
        (
            run(PASSED, entry("D-07", Verdict.UNVERIFIED), verdict=RunVerdict.INCOMPLETE),
            "incomplete, 1 of 2 MUST",
            "yellow",
        ),
        (
            run(PASSED, STALE, verdict=RunVerdict.KNOWN_DEVIATIONS),
            "1 stale deviation",
            "orange",
        ),
        (
            run(
                *(PASSED, entry("D-07", Verdict.KNOWN, "a"), entry("D-08", Verdict.KNOWN, "a")),
                verdict=RunVerdict.KNOWN_DEVIATIONS,
            ),
            "conformant, 2 known deviations",
            "green",
        ),
    ],
)
def test_a_badge_says_the_worst(file: VerdictFile, message: str, color: str) -> None:
    """The form is the one of shields.io: exactly these names, and no empty message."""
    assert json.loads(badge.render(file)) == {
        "schemaVersion": 1,
        "label": "worker factory, documented",
        "message": message,
        "color": color,
    }


def test_the_files_of_a_run_have_a_badge(tmp_path: Path) -> None:
    files = RunFiles(tmp_path, "2026-01-02T03:04:05+00:00")
    files.write_rest(files.write_verdict(run(FAILED)))
    assert json.loads((files.directory / "badge.json").read_bytes())["color"] == "red"


# -- annotations ---------------------------------------------------------------------------


def read_command(line: str) -> tuple[str, str, str]:
    """Name, title and text of a workflow command, read as GitHub's runner reads it."""
    assert line.startswith("::")
    head, _, text = line[2:].partition("::")
    name, _, properties = head.partition(" ")
    ((key, title),) = [one.split("=", 1) for one in properties.split(",")]
    assert key == "title"
    for token, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")):
        title = title.replace(token, character)
        text = text.replace(token, character) if character in "\r\n" else text
    return name, title.replace("%25", "%"), text.replace("%25", "%")


def test_what_is_unexpected_is_annotated_failures_first() -> None:
    told = [read_command(line) for line in workflow.render(run(PASSED, STALE, FAILED))]
    assert [(name, title) for name, title, _ in told] == [
        ("error", "FAIL F-RST-02 (MUST)"),
        ("error", "STALE F-RST-03 (MUST)"),
    ]
    assert told[0][2].splitlines() == [
        "An idle worker is handed to one caller at a time.",
        "expected: two workers",
        "actual: one worker",
        "again: wfc run --impl py:some.module:make --profile documented --clause F-RST-02",
    ]
    assert "because: recorded as broken, but kept: old" in told[1][2].splitlines()


@pytest.mark.parametrize(("number", "left_out"), [(10, 0), (11, 1), (147, 137)])
def test_no_more_is_annotated_than_github_shows_and_the_rest_is_counted(
    number: int, left_out: int
) -> None:
    failed = [entry(clause.id, Verdict.FAIL, "a") for clause in CLAUSES[:number]]
    told = [read_command(line) for line in workflow.render(run(*failed))]
    assert [name for name, _, _ in told].count("error") == 10
    warnings = [title for name, title, _ in told if name == "warning"]
    assert warnings == (
        [f"{left_out} more of {number} clauses failed or are stale"] if left_out else []
    )


def test_a_command_can_hold_any_text_in_one_line() -> None:
    text = "50% of ::error title=a,b::\r\nthe second line"
    line = workflow.command("error", text, text)
    assert "\n" not in line + "\r" not in line
    assert read_command(line) == ("error", text, text)
    assert line.startswith("::error title=50%25 of %3A%3Aerror title=a%2Cb%3A%3A%0D%0Athe")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (run(PASSED), None),
        (run(PASSED, state="interrupted", exit_code=2), "The run was interrupted."),
        (run(PASSED, errors=("it hangs",), exit_code=3), "Error of the suite: it hangs"),
        (run(exit_code=5), "Nothing was scored."),
        (
            run(entry("D-07", Verdict.INCONCLUSIVE, reason="no ports"), exit_code=7),
            "INCONCLUSIVE D-07: no ports",
        ),
        (
            run(
                *(PASSED, entry("D-07", Verdict.UNVERIFIED)),
                exit_code=7,
                is_gate=True,
                verdict=RunVerdict.INCOMPLETE,
            ),
            "1 of 2 MUST verified; --gate wants all.",
        ),
        WITHOUT_MACHINES,
    ],
)
def test_a_red_job_without_a_wrong_clause_says_why(file: VerdictFile, said: str | None) -> None:
    told = [read_command(line) for line in workflow.render(file)]
    assert [text for _, _, text in told] == ([said] if said else [])
    assert all(title.startswith(f"exit {file.exit_code}: ") for _, title, _ in told)


def test_only_github_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, lines in (("", 0), ("false", 0), ("true", 1)):
        monkeypatch.setenv("GITHUB_ACTIONS", value)
        stream = io.StringIO()
        annotate(run(FAILED), stream)
        assert stream.getvalue().count("\n") == lines


def test_github_obeys_nothing_that_an_implementation_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Commands are off until a word that is another one each time."""
    words = []
    for _ in range(2):
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        stream = io.StringIO()
        with no_commands(stream):
            stream.write("  ::set-output name=x::y\n")
        off, _, on = stream.getvalue().splitlines()
        words.append(off.removeprefix("::stop-commands::"))
        assert on == f"::{words[-1]}::"
    assert len(set(words)) == 2
    monkeypatch.delenv("GITHUB_ACTIONS")
    stream = io.StringIO()
    with no_commands(stream):
        pass
    assert stream.getvalue() == ""


# -- JUnit ---------------------------------------------------------------------------------


def junit_of(file: VerdictFile) -> ET.Element:
    """The document, parsed."""
    return ET.fromstring(junit.render(file))  # noqa: S314 - our own text


def test_junit_has_the_shape_that_all_readers_take() -> None:
    """Testsuites, a testsuite, testcases; counted; a package before the last dot; no twins."""
    kinds = [entry(one.id, Verdict.PASS) for one in CLAUSES]
    root = junit_of(run(*kinds, FAILED, STALE))
    (suite,) = root
    cases = list(suite.iter("testcase"))
    assert (root.tag, suite.tag) == ("testsuites", "testsuite")
    for element in (root, suite):
        counted = [element.get(one) for one in ("tests", "failures", "errors", "skipped")]
        assert counted == [str(len(cases)), "2", "0", "0"]
    names = [(one.get("classname"), one.get("name")) for one in cases[:-2]]
    assert len(set(names)) == len(names)
    assert all(one.get("time") for one in cases)
    packages = {str(one.get("classname")).rpartition(".")[0] for one in cases}
    assert packages == {"worker-factory-conformance"}


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.UNVERIFIED])
def test_the_reason_stands_in_the_message_and_in_the_text(verdict: Verdict) -> None:
    """Jenkins reads the one, GitLab the other."""
    root = junit_of(run(entry("D-07", verdict, reason="no inspect")))
    (told,) = root.findall(".//testcase[2]/*[@message]")
    assert told.get("message") == f"{verdict}: no inspect"
    assert (told.text or "").splitlines()[0] == f"{verdict}: no inspect"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (run(PASSED), None),
        (run(PASSED, FAILED), None),
        (run(PASSED, state="interrupted", exit_code=2), "The run was interrupted."),
        (run(PASSED, errors=("it hangs",), exit_code=3), "Error of the suite: it hangs"),
        (run(entry("D-07", Verdict.UNVERIFIED), exit_code=5), "Nothing was scored."),
        (
            run(PASSED, state="cut short", exit_code=1),
            "The run was cut short by its first failure (--fail-fast).",
        ),
        WITHOUT_MACHINES,
    ],
)
def test_a_run_that_says_little_is_not_green(file: VerdictFile, said: str | None) -> None:
    (suite,) = junit_of(file)
    told = suite[1].find("error")
    assert (None if told is None else told.text) == said
    assert suite.get("errors") == str(int(bool(said)))


def test_a_failure_says_how_to_see_it_again() -> None:
    """In each form that a CI system shows: what a scenario found has no case to replay."""
    failed = msgspec.structs.replace(FAILED, tests=("scenarios/test_restart.py::test_it",))
    file = run(PASSED, failed)
    command = "wfc run --impl py:some.module:make --profile documented --clause F-RST-02"
    (text,) = (one.text or "" for one in junit_of(file).iter("failure"))
    assert "test: scenarios/test_restart.py::test_it" in text.splitlines()
    assert f"again: {command}" in text.splitlines()
    assert f"```sh\n{command}\n```\n" in markdown.render(file)


def test_what_was_left_out_is_told() -> None:
    file = run(PASSED, left_out=("all but F-RST-01 (--clause)", "the machines (--effort none)"))
    told = "left out: all but F-RST-01 (--clause), the machines (--effort none)"
    assert told in list(terminal.render(file, 120))
    assert f"{told.capitalize()}." in markdown.render(file)


def test_a_megabyte_of_hostile_text_harms_no_reader() -> None:
    odd = Finding("wrong_bytes", HOSTILE, HOSTILE, 1, "F-RST-02")
    hostile = [
        msgspec.structs.replace(entry(one.id, Verdict.FAIL), findings=(odd,) * 3)
        for one in CLAUSES[:12]
    ]
    file = run(*hostile)
    assert len(junit.render(file)) < 12 * 12_000
    assert junit_of(file).get("failures") == "12"
    assert len(markdown.render(file).encode()) < 12 * 2_000
    lines = list(workflow.render(file))
    assert len(lines) == 11
    assert all(len(line) < 4_000 and line.isprintable() for line in lines)


# -- the summary ---------------------------------------------------------------------------


def test_the_summary_says_why_a_deviation_is_stale() -> None:
    stale = entry("F-RST-03", Verdict.STALE, "b", reason="recorded as a, fails another way")
    page = markdown.render(run(stale))
    assert "recorded as a, fails another way: expected two workers; actual one worker |" in page
