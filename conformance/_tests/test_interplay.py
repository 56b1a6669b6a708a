"""The table of factories by daemons: what was played, and how it is told."""

from __future__ import annotations

from collections import Counter

import pytest

from conformance.door.find import ROOT
from conformance.evidence.findings import Verdict
from conformance.report.interplay import Interplay, Pair, cell, draw_interplay, read_interplay

PLAYED = read_interplay((ROOT / "docs" / "interplay.json").read_bytes())


def pair(**verdicts: Verdict) -> Pair:
    clauses = {name.replace("_", "-"): verdict for name, verdict in verdicts.items()}
    return Pair(factory="f", daemon="d", profile="p", clauses=clauses)


def test_three_factories_meet_four_daemons() -> None:
    factories = {one.factory for one in PLAYED.pairs}
    daemons = {one.daemon for one in PLAYED.pairs}
    assert (len(factories), len(daemons), len(PLAYED.pairs)) == (3, 4, 12)


@pytest.mark.parametrize("one", PLAYED.pairs, ids=lambda one: f"{one.factory} with {one.daemon}")
def test_each_pair_is_judged_by_clauses_of_both_sides(one: Pair) -> None:
    kept = [clause for clause, verdict in one.clauses.items() if verdict is Verdict.PASS]
    by_side = Counter(clause[0] for clause in kept)
    assert by_side["F"] >= 16, by_side
    assert by_side["D"] >= 14, by_side


@pytest.mark.parametrize(
    ("played", "said"),
    [
        (pair(D_05=Verdict.PASS, D_06=Verdict.PASS), "works: 2 of 2"),
        (pair(D_05=Verdict.PASS, D_06=Verdict.KNOWN), "works: 1 of 2, 1 KNOWN"),
        (pair(D_05=Verdict.PASS, D_06=Verdict.FAIL), "does not work: 1 of 2"),
        (pair(D_05=Verdict.PASS, D_06=Verdict.UNVERIFIED), "does not work: 1 of 1"),
        (pair(D_05=Verdict.NOT_APPLICABLE), "works: 0 of 0"),
        (None, "not played"),
    ],
)
def test_a_cell_tells_how_many_clauses_are_kept(played: Pair | None, said: str) -> None:
    assert cell(played) == said


def test_the_page_tells_why() -> None:
    broken = Pair(
        factory="f",
        daemon="d",
        profile="spark-3.5",
        clauses={"D-05": Verdict.FAIL},
        reasons={"D-05": "one worker for two"},
    )
    page = draw_interplay(Interplay(pairs=(broken,)))
    assert "| f | does not work: 0 of 1 |" in page
    assert "- f with d (spark-3.5), D-05 FAIL: one worker for two" in page
