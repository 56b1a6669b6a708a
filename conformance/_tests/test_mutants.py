"""Each mutant is killed by the clause it is for, as `wfc mutants` sees it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from conformance.cli.mutants.gallery import Gallery, rows
from conformance.contract.clause import Level
from conformance.contract.clauses import find
from conformance.contract.unbroken import REASONS, reason_unbroken
from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.observe import processes
from conformance.report.kill_matrix import Fate, MutantEntry, read

from .suites import SuiteRun

if TYPE_CHECKING:
    from pathlib import Path

#: A run of all of them, on a machine that has a lot to do beside.
WITHIN_S = 900.0
MUTANTS = {one.name: one for one in Gallery().mutants()}
ROWS = rows(MUTANTS.values())
STORED = {name: read(ROOT / "docs" / name) for name in ("mutants.json", "mutants-whole.json")}


@pytest.fixture(scope="module")
def entries(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, MutantEntry]:
    """Play the mutants whose tests were chosen, all of them by one command."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    names = [
        str(item.callspec.params["mutant"])
        for item in items
        if item.originalname == test_a_mutant_is_killed_by_its_clause.__name__
    ]
    out = tmp_path_factory.mktemp("mutants")
    run_mutants(out, names)
    return {one.name: one for one in read(out / "mutants.json").mutants}


def run_mutants(out: Path, names: list[str]) -> None:
    """Run the command, and see that nothing of it is left."""
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "WFC_TEST_MARK": str(out)}
    argv = [sys.executable, "-m", "conformance", "mutants", "--out", str(out), *names]
    with (out / "output").open("wb") as output:
        fd = output.fileno()
        process = sandbox.start(argv, env=env, cwd=str(out), stdout=fd, stderr=fd)
        process.end(within_s=WITHIN_S)
    assert processes.with_variable("WFC_TEST_MARK", str(out)) == ()
    assert process.exit_status() in {0, 1}, (out / "output").read_text(encoding="utf-8")


@pytest.mark.timeout(WITHIN_S + 60)
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_mutant_is_killed_by_its_clause(mutant: str, entries: dict[str, MutantEntry]) -> None:
    """It shakes hands, fails a clause that it declares, and none that it does not."""
    entry = entries[mutant]
    assert entry.fate is Fate.KILLED, (entry.reason, entry.unexpected)
    assert entry.kill is not None
    assert entry.kill.clause in entry.clauses


@pytest.mark.timeout(WITHIN_S)
def test_what_mutants_over_unix_sockets_are_made_of_breaks_nothing(tmp_path: Path) -> None:
    """They are three of the reference with an option that the reference itself has not."""
    clauses = ("F-CONN-13", "F-CONN-14", "F-SIMP-11")
    options = [word for clause in clauses for word in ("--clause", clause)]
    options += ["--profile", "spark-4.3", "--effort", "none"]
    run = SuiteRun(tmp_path / "run", "py:reference_impl.mutants._unix_sockets:make", options)
    status, verdicts = run.finish()
    assert [verdicts[clause] for clause in clauses] == ["PASS"] * len(clauses), run.output()
    assert status == 0


@pytest.mark.timeout(WITHIN_S)
def test_what_a_story_finds_on_another_clause_is_put_down_to_that(tmp_path: Path) -> None:
    """The connection of a stopped worker stays open, though its idle queue is as it must be."""
    options = ["--clause", "F-POOL-14", "--level", "should", "--effort", "none"]
    run = SuiteRun(tmp_path / "run", "mutant:kill_request_without_close", options)
    status, verdicts = run.finish()
    assert (verdicts["F-STOP-01"], verdicts["F-POOL-14"]) == ("FAIL", "PASS"), run.output()
    assert "Pool: 1 PASS  [1/1" in run.output()
    assert status == 1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.clause)
def test_a_clause_has_a_mutant_or_a_reason(row: object) -> None:
    """Never neither; and never both, as a reason that is out of date would be a lie."""
    found = next(one for one in ROWS if one is row)
    reason = reason_unbroken(find(found.clause))
    assert found.mutants or reason
    assert not (found.mutants and found.clause in REASONS)


def test_reasons_are_given_for_what_binds() -> None:
    """A permission needs none of its own: there is nothing to break."""
    for clause in REASONS:
        assert find(clause).level is not Level.MAY


def test_a_permission_has_a_reason_without_being_listed() -> None:
    assert "permission" in reason_unbroken(find("F-RST-04"))


@pytest.mark.parametrize("name", STORED)
def test_the_stored_runs_are_of_these_mutants(name: str) -> None:
    """If this fails: docs/mutants.md says how to renew them."""
    stored = {one.name: one.clauses for one in STORED[name].mutants}
    assert stored == {one.name: one.clauses for one in MUTANTS.values()}
    assert STORED[name].exit_code == 0
    assert [(row.clause, row.mutants) for row in STORED[name].clauses] == [
        (row.clause, row.mutants) for row in ROWS
    ]


def test_what_a_mutant_declares_has_fallen_in_every_scenario() -> None:
    """A declaration without effect would hide a clause that falls later."""
    idle = {
        one.name: lame
        for one in STORED["mutants-whole.json"].mutants
        if (lame := set(one.clauses[1:]) - set(one.also))
        and not one.machine  # its clauses are named by a machine, not by scenarios
    }
    assert idle == {}
