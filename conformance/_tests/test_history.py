"""Spark's history: the table names what exists, and claims no more than was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from conformance.cli import sources
from conformance.cli.explain import show_clause
from conformance.contract.clause import LINES
from conformance.contract.clauses import find
from conformance.contract.history import BUGS, bugs_of
from conformance.contract.profiles import find_profile
from conformance.contract.unseen import UNSEEN
from conformance.door.find import ROOT
from conformance.evidence.findings import Verdict
from conformance.report.history import (
    REFERENCE,
    Measured,
    Played,
    broken_claims,
    draw_history,
    read_measured,
    subjects,
)

if TYPE_CHECKING:
    from conformance.contract.bug import Bug

MEASURED = read_measured((ROOT / "docs" / "history.json").read_bytes())
SCENARIOS = {one.id: one.clauses for one in sources.scenarios()}
MUTANTS = {one.name: one.clauses for one in sources.mutants()}
EACH_BUG = pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.id)


def numbers(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")))


def test_ids_are_given_once() -> None:
    ids = [*(one.id for one in BUGS), *(one.id for one in UNSEEN)]
    assert len(set(ids)) == len(ids)
    assert [one.id for one in UNSEEN] == sorted(one.id for one in UNSEEN)


def test_bugs_stand_in_the_order_of_their_repair() -> None:
    fixed = [numbers(bug.fixed) for bug in BUGS]
    assert fixed == sorted(fixed)


@EACH_BUG
def test_scenarios_exist_and_claim_the_clauses(bug: Bug) -> None:
    assert bug.scenarios
    claimed = [set(SCENARIOS[scenario]) & set(bug.clauses) for scenario in bug.scenarios]
    assert all(claimed)
    assert set().union(*claimed) == set(bug.clauses)


@EACH_BUG
def test_mutants_exist_and_name_a_clause_of_the_bug(bug: Bug) -> None:
    assert bug.mutants or bug.before
    for mutant in bug.mutants:
        assert set(MUTANTS[mutant]) & set(bug.clauses), mutant


@EACH_BUG
def test_releases_are_in_order_and_judged_by_the_mended_line(bug: Bug) -> None:
    assert bool(bug.before) == bool(bug.after) == bool(bug.profile) == (not bug.unrun)
    if bug.before:
        assert numbers(bug.before) < numbers(bug.after)
        assert numbers(bug.after)[: len(numbers(bug.fixed))] == numbers(bug.fixed)
        line = find_profile(bug.profile).line
        assert line == max(bug.after.rpartition(".")[0], LINES[0], key=numbers)
    for clause in bug.clauses:
        assert not bug.profile or find_profile(bug.profile).applies(find(clause))


def test_nothing_is_claimed_that_was_not_measured() -> None:
    assert broken_claims(MEASURED) == ()


@EACH_BUG
def test_what_was_measured_names_clauses_and_scenarios_of_the_bug(bug: Bug) -> None:
    for subject in subjects(bug):
        played = MEASURED.of(bug, subject)
        assert played is not None
        assert tuple(played.clauses) == bug.clauses
        assert tuple(played.scenarios) == bug.scenarios
        assert bool(played.seen) == (Verdict.FAIL in played.clauses.values())
        assert not bug.profile or played.profile == bug.profile


def test_recorded_deviations_hide_no_bug() -> None:
    """A release is judged by a profile that does not know its bug."""
    for bug in filter(lambda one: one.before, BUGS):
        assert not any(find_profile(bug.profile).known(clause) for clause in bug.clauses), bug.id


BUG = next(bug for bug in BUGS if bug.id == "SPARK-47565")


@pytest.mark.parametrize(
    ("subject", "verdict", "said"),
    [
        ("3.5.9", None, "SPARK-47565 was not played on 3.5.9"),
        ("3.5.9", Verdict.PASS, "SPARK-47565 on 3.5.9: F-POOL-03 does not fail"),
        ("3.5.9", Verdict.KNOWN, "SPARK-47565 on 3.5.9: F-POOL-03 does not fail"),
        ("4.0.0", Verdict.FAIL, "SPARK-47565 is seen on 4.0.0, which does not have it"),
        ("4.0.0", Verdict.UNVERIFIED, "SPARK-47565 is seen on 4.0.0, which does not have it"),
        (REFERENCE, Verdict.FAIL, "SPARK-47565 is seen on reference, which does not have it"),
        ("mutant:hands_out_dead", Verdict.PASS, "SPARK-47565 is not seen on mutant:hands_out_dead"),
    ],
)
def test_a_claim_that_does_not_hold_is_told(
    subject: str, verdict: Verdict | None, said: str
) -> None:
    others = [one for one in MEASURED.played if (one.bug, one.subject) != (BUG.id, subject)]
    assert said in broken_claims(Measured(played=(*others, *changed(subject, verdict))))


def changed(subject: str, verdict: Verdict | None) -> tuple[Played, ...]:
    played = MEASURED.of(BUG, subject)
    if verdict is None or played is None:
        return ()
    clauses, scenarios = dict.fromkeys(BUG.clauses, verdict), dict.fromkeys(BUG.scenarios, verdict)
    return (msgspec.structs.replace(played, clauses=clauses, scenarios=scenarios),)


def test_a_page_without_measurements_says_so() -> None:
    page = draw_history(Measured())
    assert f"{len(BUGS)} bugs; 0 of them shown on real releases" in page
    assert "3.5.9: not played" in page


def test_a_clause_is_explained_with_its_bugs(capsys: pytest.CaptureFixture[str]) -> None:
    assert [bug.id for bug in bugs_of("F-POOL-03")] == ["SPARK-47565"]
    show_clause("F-POOL-03")
    assert "SPARK-47565 (fixed in 4.0): A worker that had died" in capsys.readouterr().out
