"""The user's pyproject.toml, his baseline, and what the command line makes of them."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

import pytest

from conformance.check.verdicts import Established, Terms, weigh
from conformance.cli.baseline import read_baseline
from conformance.cli.commands import root, run
from conformance.cli.settings import find_settings
from conformance.contract.clauses import find
from conformance.contract.profiles import find_profile
from conformance.errors import UsageError
from conformance.evidence.findings import Finding, Verdict

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 5, 1)
TABLE = "[tool.worker-factory-conformance]\n"


def settings(directory: Path, text: str) -> dict[str, object]:
    """What `run` gets from a pyproject.toml."""
    (directory / "pyproject.toml").write_text(text, encoding="utf-8")
    return find_settings(directory)["run"]


def test_settings_become_defaults_of_the_options(tmp_path: Path) -> None:
    text = (
        TABLE + 'impl = "py:a:b"\nclause = ["F-*"]\nfail-fast = true\nout = "reports"\n'
        'effort = "quick"\njobs = 2\nexplore = "10m"\n'
    )
    assert settings(tmp_path, text) == {
        "impl": "py:a:b",
        "clauses": ("F-*",),
        "fail_fast": True,
        "out": str(tmp_path / "reports"),
        "effort": "quick",
        "jobs": 2,
        "explore": "10m",
    }


#: Options that are about one call of the command alone.
NOT_SETTINGS = {"dry_run"}


def test_every_option_that_may_hold_for_a_project_is_a_setting(tmp_path: Path) -> None:
    text = (
        TABLE + 'impl = "py:a:b"\ndaemon = "a.b"\npython = "p"\nprofile = "spark-3.5"\n'
        'clause = ["D-*"]\nlevel = "should"\nbaseline = "b.toml"\neffort = "quick"\n'
        'explore = "1m"\nseed = 1\njobs = 2\nrepeat = 2\nout = "o"\ngate = true\n'
        "fail-fast = true\n"
    )
    options = {one.name for one in run.params} - NOT_SETTINGS
    assert set(settings(tmp_path, text)) == options


def test_the_baseline_of_the_settings_is_that_of_all_commands_about_one(tmp_path: Path) -> None:
    settings(tmp_path, TABLE + 'baseline = "b.toml"\n')
    path = {"file": str(tmp_path / "b.toml")}
    found = find_settings(tmp_path)["baseline"]
    assert found == dict.fromkeys(root.commands["baseline"].commands, path)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("said", "jobs"), [('"auto"', len(os.sched_getaffinity(0))), ("3", 3)])
def test_jobs_are_a_number_or_as_many_as_there_are_processors(
    said: str, jobs: int, tmp_path: Path
) -> None:
    found = settings(tmp_path, f"{TABLE}jobs = {said}\n")
    context = run.make_context("run", [], default_map=found)
    assert context.params["jobs"] == jobs


def test_the_nearest_file_counts(tmp_path: Path) -> None:
    settings(tmp_path, TABLE + "seed = 3\n")
    (tmp_path / "deep").mkdir()
    assert find_settings(tmp_path / "deep")["run"] == {"seed": 3}


def test_other_tools_are_left_alone(tmp_path: Path) -> None:
    assert settings(tmp_path, "[tool.ruff]\nline-length = 88\n") == {}


@pytest.mark.parametrize(
    "text",
    [
        TABLE + 'implementation = "py:a:b"\n',
        TABLE + 'jobs = "many"\n',
        TABLE + 'effort = "much"\n',
        TABLE + "explore = 60\n",
        TABLE + "gate = 1\n",
        TABLE + 'level = "may"\n',
        "[tool\n",
        "tool = 3\n",
    ],
)
def test_what_we_do_not_know_is_a_usage_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"pyproject\.toml"):
        settings(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (TABLE + 'implementation = "py:a:b"\n', None),
        (TABLE + "fail_fast = true\n", "did you mean `fail-fast`"),
        (TABLE + 'clauses = ["F-*"]\n', "did you mean `clause`"),
        (TABLE + 'base-line = "b.toml"\n', "did you mean `baseline`"),
        (TABLE.replace("conformance", "conformence"), f"did you mean {TABLE.strip()}"),
        (TABLE.replace("-", "_"), f"did you mean {TABLE.strip()}"),
        ("[tool.wfc]\ngate = true\n", f"did you mean {TABLE.strip()}"),
    ],
)
def test_a_slip_of_the_pen_is_told_in_one_line(tmp_path: Path, text: str, hint: str | None) -> None:
    """A table that nobody reads would leave the gate open without a word."""
    with pytest.raises(UsageError) as told:
        settings(tmp_path, text)
    said = str(told.value)
    assert "\n" not in said
    assert (hint in said) if hint else ("did you mean" not in said)


# -- the baseline --------------------------------------------------------------------------


def baseline(directory: Path, *entries: str) -> Path:
    """A baseline file with these entries."""
    path = directory / "baseline.toml"
    path.write_text("".join(f"[[deviation]]\n{one}\n" for one in entries), encoding="utf-8")
    return path


ENTRY = 'clause = "F-RST-01"\nwrong = "wrong_start_counts"\nreason = "being ported"\n'


@pytest.mark.parametrize(
    ("expires", "wrong", "verdict"),
    [
        ("", "wrong_start_counts", Verdict.KNOWN),
        ("", "other", Verdict.STALE),
        ("", None, Verdict.STALE),
        ("expires = 2026-05-01", "wrong_start_counts", Verdict.KNOWN),
        ("expires = 2026-04-30", "wrong_start_counts", Verdict.STALE),
        ("expires = 2026-04-30", None, Verdict.STALE),
    ],
)
def test_an_entry_is_known_as_long_as_it_holds(
    tmp_path: Path, expires: str, wrong: str | None, verdict: Verdict
) -> None:
    read = read_baseline(baseline(tmp_path, ENTRY + expires), TODAY)
    terms = Terms(profile=find_profile("documented"), known=read.known, expired=read.expired)
    findings = (Finding(wrong, "2", "1"),) if wrong else ()
    seen = Established(test="t", claimed=("F-RST-01",), findings={"F-RST-01": findings})
    assert weigh(find("F-RST-01"), [seen], terms).verdict is verdict


@pytest.mark.parametrize(
    ("entries", "what"),
    [
        (['clause = "F-RST-01"\nwrong = "x"\n'], "reason"),
        ([ENTRY + "until = 2026-01-01\n"], "until"),
        ([ENTRY + 'expires = "soon"\n'], "date"),
        ([ENTRY, ENTRY], "twice"),
        ([ENTRY.replace("F-RST-01", "F-RTS-01")], "did you mean F-RST-01"),
        ([ENTRY.replace("wrong_start_counts", "")], "needs a wrong"),
        (["clause ="], "baseline"),
    ],
)
def test_a_baseline_that_says_nothing_clear_is_refused(
    tmp_path: Path, entries: list[str], what: str
) -> None:
    with pytest.raises(UsageError, match=what):
        read_baseline(baseline(tmp_path, *entries), TODAY)
