"""`wfc analyze`: a stored run weighed again, and `wfc report`: rendered again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from .command import REFERENCE, Wfc

if TYPE_CHECKING:
    from pathlib import Path

RUN = "wfc-report/latest"
BASELINE = """\
[[deviation]]
clause = "F-POOL-02"
wrong = "wrong_handouts"
reason = "ours is a stack"
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a run on a mutant that breaks F-POOL-02, two rounds of it."""
    made = tmp_path_factory.mktemp("analyzed")
    options = ("--clause", "F-POOL-02", "--effort", "none", "--repeat", "2")
    assert Wfc(made)("run", "--impl", "mutant:lifo_pool", *options).status == 1
    (made / "baseline.toml").write_text(BASELINE, encoding="utf-8")
    return made


def test_by_the_same_terms_it_comes_out_the_same(place: Path) -> None:
    """Same exit code, same verdict on every clause: nothing is said to have changed."""
    ended = Wfc(place)("analyze", RUN)
    assert ended.status == 1
    assert "changed" not in ended.out
    assert "NOT CONFORMANT  2 rounds" in ended.out


def test_a_baseline_makes_a_failure_known(place: Path) -> None:
    """What is accepted since then counts; the stored files stay as they were."""
    before = (place / RUN / "verdict.json").read_bytes()
    ended = Wfc(place)("analyze", RUN, "--baseline", "baseline.toml")
    assert ended.status == 0
    assert "changed  F-POOL-02  FAIL → KNOWN" in ended.out
    assert (place / RUN / "verdict.json").read_bytes() == before
    gated = Wfc(place)("analyze", RUN, "--baseline", "baseline.toml", "--gate")
    assert gated.status == 7


def test_settings_count_and_the_command_line_wins(place: Path, tmp_path: Path) -> None:
    """What pyproject.toml says of `run` weighs here, too."""
    table = '[tool.worker-factory-conformance]\nbaseline = "baseline.toml"\ngate = true\n'
    (tmp_path / "pyproject.toml").write_text(table, encoding="utf-8")
    (tmp_path / "baseline.toml").write_text(BASELINE, encoding="utf-8")
    assert Wfc(tmp_path)("analyze", str(place / RUN)).status == 7
    assert Wfc(tmp_path)("analyze", str(place / RUN), "--no-gate").status == 0


def test_another_profile_has_other_clauses(place: Path) -> None:
    """What no test was asked about is UNVERIFIED, never a pass."""
    ended = Wfc(place)("analyze", RUN, "--profile", "spark-4.3")
    assert ended.status == 1
    assert "changed  D-36  NOT APPLICABLE → UNVERIFIED" in ended.out


def test_it_writes_only_if_asked_to(place: Path) -> None:
    """Then all files say what is so now."""
    ended = Wfc(place)("analyze", RUN, "--baseline", "baseline.toml", "--write")
    assert ended.status == 0
    verdict = json.loads((place / RUN / "verdict.json").read_bytes())
    assert verdict["counts"]["KNOWN"] == 1
    page = (place / RUN / "report.html").read_text(encoding="utf-8")
    assert "Recorded deviations" in page
    assert 'failures="0"' in (place / RUN / "junit.xml").read_text(encoding="utf-8")
    assert "KNOWN" in (place / RUN / "summary.md").read_text(encoding="utf-8")
    assert "known" not in (place / RUN / "badge.json").read_text(encoding="utf-8")  # INCOMPLETE
    assert Wfc(place)("analyze", RUN, "--write").status == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "cannot read"), (b"", "no record of this suite"), (b'{"x": 1}\n', "no record")],
)
def test_a_run_without_a_record_is_refused(
    content: bytes | None, told: str, place: Path, tmp_path: Path
) -> None:
    """One line, exit 4; a run of an older suite has no such file."""
    verdict = (place / RUN / "verdict.json").read_bytes()
    (tmp_path / "verdict.json").write_bytes(verdict)
    if content is not None:
        (tmp_path / "established.ndjson").write_bytes(content)
    ended = Wfc(tmp_path)("analyze", ".")
    assert ended.status == 4
    assert told in ended.err
    assert ended.err.count("\n") == 1


def test_a_report_is_rendered_again(place: Path) -> None:
    """The page and its timelines are made anew from what is stored."""
    page = place / RUN / "report.html"
    page.unlink()
    ended = Wfc(place)("report", RUN)
    assert ended.status == 0
    assert f"report  {RUN}/report.html" in ended.out
    assert f"picture   {RUN}/report.html#F-POOL-02" in ended.out
    assert page.exists()
    assert next((place / RUN / "traces").glob("*/timeline.svg")).stat().st_size > 1000


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"errors": ["it broke"], "state": "finished"}, 3, "INCOMPLETE"),
        ({"state": "running"}, 2, "NOT FINISHED, so far INCOMPLETE"),
        ({"state": "interrupted"}, 2, "INTERRUPTED, so far INCOMPLETE"),
        ({"state": "cut short"}, 0, "CUT SHORT, so far INCOMPLETE"),
    ],
)
def test_a_run_that_broke_down_does_not_become_conformant(
    changes: dict[str, object], code: int, said: str, tmp_path: Path
) -> None:
    """Nor one that did not come to its end, whatever each clause came to."""
    wfc = Wfc(tmp_path)
    options = ("--clause", "F-POOL-02", "--effort", "none")
    assert wfc("run", "--impl", REFERENCE, *options).status == 0
    verdict = tmp_path / RUN / "verdict.json"
    stored = json.loads(verdict.read_bytes())
    verdict.write_text(json.dumps(stored | changes), encoding="utf-8")
    ended = wfc("analyze", RUN)
    assert ended.status == code, ended
    assert any(line.startswith(said) for line in ended.out.splitlines()), ended.out


def test_it_says_what_to_do_about_a_stale_entry(place: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.toml"
    other.write_text(BASELINE.replace("wrong_handouts", "another_wrong"), encoding="utf-8")
    ended = Wfc(place)("analyze", RUN, "--baseline", str(other))
    assert ended.status == 6, ended
    accept = f"wfc baseline accept {RUN} --clause F-POOL-02 --baseline {other} --reason TEXT"
    assert f"update  {accept}\n" in ended.out
