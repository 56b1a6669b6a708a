"""`wfc run` with machines and with several processes, on scenarios of these tests."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drive.clock import wait_until

from .command import REFERENCE, Ended, Wfc

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: `wfc` on the scenarios in the directory where it runs; its outermost ring is near.
ELSEWHERE = """
import pathlib, sys
import conformance.cli.run as run
run.SCENARIOS = pathlib.Path("scenarios").resolve()
mine = pathlib.Path("run.ini")
mine.write_text(run._INI.read_text("utf-8").replace("timeout = 600", "timeout = 2"), "utf-8")
run._INI = mine.resolve()
from conformance.cli import main
sys.exit(main())
"""
HEAD = """
import os, pathlib, signal, threading
import pytest
from conformance.evidence.findings import Case, Finding

def note(name, text):
    pathlib.Path(name).write_text(text, encoding="utf-8")
"""
#: Three machines that say how they were told to search.
TOLD = """
@pytest.mark.machine
@pytest.mark.clauses("F-POOL-01")
@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_machine(stage, search, name):
    told = (search.effort, search.seed, search.explore_s, search.examples_dir, search.cases_dir)
    note(f"told.{name}", "\\n".join(map(str, told)))
    stage.judge("F-POOL-01")
"""
#: A machine that finds something.
FINDS = """
@pytest.mark.machine
@pytest.mark.clauses("F-POOL-01")
def test_machine(stage, search):
    place = search.cases_dir / "7QK2"
    place.mkdir(parents=True)
    (place / "scenario.yaml").touch()
    steps = ("create w1", "release w1", "create w2 ∥ create w3")
    case = Case(id="7QK2", title="Two hold it.", machine="pool", steps=steps, length=4,
                shrunk_from=31, control="gates", file=str(place / "scenario.yaml"))
    stage.record.cases.append(case)
    wrong = Finding("double_handouts", "two different workers", "pid 4121 twice", case="7QK2")
    stage.judge("F-POOL-01", [wrong])
"""
#: Twelve short tests.
SHORT = """
@pytest.mark.clauses("F-RST-03")
@pytest.mark.parametrize("number", range(12))
def test_short(stage, number):
    note(f"short.{number}", "")
    stage.judge("F-RST-03")
"""
DIES = """
@pytest.mark.clauses("F-RST-01")
def test_dies(stage):
    os.kill(os.getpid(), signal.SIGKILL)
"""
HANGS = """
@pytest.mark.clauses("F-RST-01")
def test_hangs(stage):
    stage.factory().create()
    note("hangs", "")
    threading.Event().wait()
"""
FAILS = """
@pytest.mark.clauses("F-RST-01")
def test_fails(stage):
    stage.judge("F-RST-01", [Finding("wrong_start_counts", "2", "1")])
"""


class Elsewhere(Wfc):
    """`wfc run` on scenarios made of these texts."""

    def write(self, *texts: str) -> None:
        (self.directory / "scenarios").mkdir()
        path = self.directory / "scenarios" / "test_these.py"
        path.write_text(HEAD + "".join(texts), encoding="utf-8")
        (self.directory / "elsewhere.py").write_text(ELSEWHERE, encoding="utf-8")

    def run(self, *options: str) -> Ended:
        return self.python("elsewhere.py", "run", "--impl", REFERENCE, *options)

    def report(self) -> dict[str, Any]:
        path = self.directory / "wfc-report" / "latest" / "verdict.json"
        report: dict[str, Any] = json.loads(path.read_bytes())
        return report

    def verdicts(self, *but: str) -> dict[str, str]:
        found = {one["clause"]: one["verdict"] for one in self.report()["clauses"]}
        return {clause: verdict for clause, verdict in found.items() if verdict not in but}


@pytest.fixture
def wfc(tmp_path: Path) -> Elsewhere:
    return Elsewhere(tmp_path)


OPEN = ("UNVERIFIED", "NOT APPLICABLE")
BOTH = pytest.mark.parametrize("jobs", [(), ("--jobs", "2")], ids=["one", "two"])


# -- machines ------------------------------------------------------------------------------


def told(wfc: Wfc, name: str) -> list[str]:
    return (wfc.directory / f"told.{name}").read_text(encoding="utf-8").splitlines()


@BOTH
def test_a_machine_is_told_how_to_search(wfc: Elsewhere, jobs: Sequence[str]) -> None:
    wfc.write(TOLD, SHORT)
    ended = wfc.run("--effort", "quick", "--seed", "5", *jobs)
    assert ended.status == 0, ended
    run = (wfc.directory / "wfc-report" / "latest").resolve()
    assert told(wfc, "c") == ["quick", "5", "None", "None", str(run / "cases")]
    assert wfc.verdicts(*OPEN) == {"F-POOL-01": "PASS", "F-RST-03": "PASS"}
    report = wfc.report()
    assert (report["seed"], report["effort"], report["explore_s"]) == (5, "quick", None)


@pytest.mark.parametrize(("jobs", "share"), [("1", "3.0"), ("2", "4.5")])
def test_exploring_runs_the_machines_alone_each_for_its_share(
    wfc: Elsewhere, jobs: str, share: str
) -> None:
    wfc.write(TOLD, SHORT)
    ended = wfc.run("--explore", "9s", "--jobs", jobs)
    assert ended.status == 0, ended
    shares = [told(wfc, name) for name in "abc"]
    examples = str(wfc.directory / "wfc-report" / "examples")
    assert {(one[2], one[3]) for one in shares} == {(share, examples)}
    assert {one[1] for one in shares} == {str(wfc.report()["seed"])}
    assert wfc.verdicts(*OPEN) == {"F-POOL-01": "PASS"}
    assert wfc.report()["verdict"] == "INCOMPLETE"


@BOTH
def test_without_effort_the_machines_are_left_out(wfc: Elsewhere, jobs: Sequence[str]) -> None:
    wfc.write(TOLD, SHORT)
    assert wfc.run("--effort", "none", *jobs).status == 0
    assert wfc.verdicts(*OPEN) == {"F-RST-03": "PASS"}
    reasons = {one["reason"] for one in wfc.report()["clauses"] if one["clause"] == "F-POOL-01"}
    assert reasons == {"deselected"}


@BOTH
def test_a_case_is_told_wherever_the_failure_is(wfc: Elsewhere, jobs: Sequence[str]) -> None:
    wfc.write(FINDS)
    ended = wfc.run(*jobs)
    assert ended.status == 1, ended
    (case,) = wfc.report()["cases"]
    assert case["file"] == "cases/7QK2/scenario.yaml"
    run = (wfc.directory / "wfc-report" / "latest").resolve()
    replay = f"wfc replay wfc-report/{run.name}/cases/7QK2/scenario.yaml --impl {REFERENCE}"
    said = [ended.out, wfc("report", "wfc-report/" + run.name).out]
    said += [(run / name).read_text(encoding="utf-8") for name in ("summary.md", "junit.xml")]
    for text in said:
        assert "create w1 · release w1 · create w2 ∥ create w3" in text
        assert "4 steps, shrunk from 31" in text
        assert replay in text


# -- several processes ---------------------------------------------------------------------


def test_two_processes_come_to_the_verdicts_of_one(wfc: Elsewhere) -> None:
    select = ("run", "--impl", REFERENCE, "--clause", "F-POOL-*", "--clause", "F-RST-*")
    found = []
    for jobs in ("1", "2"):
        assert wfc(*select, "--effort", "none", "--jobs", jobs).status == 0
        tests = sorted(one["id"] for one in wfc.report()["tests"])
        found.append((wfc.verdicts(), tests))
    assert found[0] == found[1]
    assert "PASS" in found[0][0].values()


def test_a_process_that_dies_is_an_error_of_the_suite(wfc: Elsewhere) -> None:
    wfc.write(DIES, SHORT)
    ended = wfc.run("--jobs", "2")
    assert ended.status == 3, ended
    report = wfc.report()
    assert report["verdict"] == "INCOMPLETE"
    assert any("test_dies: its process has died" in error for error in report["errors"])


def test_a_hang_beside_another_process_is_an_error_of_the_suite(wfc: Elsewhere) -> None:
    """The outermost ring ends the process that hangs; what it started ends with it."""
    wfc.write(HANGS, SHORT)
    ended = wfc.run("--jobs", "2")
    assert ended.status == 3, ended
    assert any("test_hangs" in error for error in wfc.report()["errors"])


@BOTH
def test_fail_fast_does_not_wait_for_the_rest(wfc: Elsewhere, jobs: Sequence[str]) -> None:
    wfc.write(FAILS, HANGS.replace("test_hangs", "test_hangs_later"))
    ended = wfc.run("--fail-fast", *jobs)
    assert ended.status == 1, ended
    assert [one["id"].rpartition("::")[2] for one in wfc.report()["tests"]] == ["test_fails"]
    assert wfc.report()["errors"] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_all_processes(wfc: Elsewhere, number: signal.Signals) -> None:
    wfc.write(SHORT, HANGS)
    (wfc.directory / "elsewhere.py").write_text(
        ELSEWHERE.replace("timeout = 2", "timeout = 60"), encoding="utf-8"
    )
    run = wfc.start("elsewhere.py", "run", "--impl", REFERENCE, "--jobs", "2")
    assert wait_until((wfc.directory / "hangs").exists, 30.0)
    run.signal(number)
    ended = run()
    assert ended.status == 2, ended
    assert wfc.report()["state"] == "interrupted"
    assert wfc.verdicts(*OPEN).get("F-RST-03") == "PASS"


def test_repeated_rounds_by_two_processes_are_one_report(wfc: Elsewhere) -> None:
    wfc.write(SHORT)
    assert wfc.run("--jobs", "2", "--repeat", "2").status == 0
    rounds = [one["round"] for one in wfc.report()["tests"]]
    assert (rounds.count(1), rounds.count(2)) == (12, 12)


@pytest.mark.parametrize("crew", [(), ("-p", "xdist", "-n", "2")], ids=["one", "two"])
def test_plain_pytest_plays_machines(wfc: Elsewhere, crew: Sequence[str]) -> None:
    wfc.write(FINDS, SHORT)
    ended = wfc.python(
        *("-m", "pytest", "scenarios", "--impl", REFERENCE, "--disable-plugin-autoload"),
        *("-p", "conformance.plugin", "-p", "no:cacheprovider", *crew),
    )
    assert ended.status == 1, ended
    assert "12 passed" in ended.out
    assert "1 failed" in ended.out
    assert (wfc.directory / "wfc-report" / "cases" / "7QK2").is_dir()
