"""The table of daemon modules: nothing in it is unexplained, and what would be is seen."""

from __future__ import annotations

import pytest

from conformance.contract.clauses import CLAUSES
from conformance.door.find import ROOT
from conformance.evidence.findings import Verdict
from conformance.report.daemons import Judged, Measured, draw_daemons, read_measured, unexplained

MEASURED = read_measured((ROOT / "docs" / "daemons.json").read_bytes())
DAEMON_CLAUSES = {clause.id for clause in CLAUSES if clause.id.startswith("D-")}


def judged(verdict: Verdict, *, clause: str = "D-15", reason: str = "") -> Judged:
    """A daemon with one verdict, D-15 being a SHOULD."""
    reasons = {clause: reason} if reason else {}
    return Judged(
        subject="s", module="m", profile="spark-4.3", clauses={clause: verdict}, reasons=reasons
    )


def test_five_releases_and_ours_are_judged_by_every_daemon_clause() -> None:
    releases = [one.profile for one in MEASURED.judged if one.module == "pyspark.daemon"]
    assert len(set(releases)) == len(releases) == 5
    assert len(MEASURED.judged) == 10
    assert all(set(one.clauses) == DAEMON_CLAUSES for one in MEASURED.judged)


@pytest.mark.parametrize("one", MEASURED.judged, ids=lambda one: one.subject)
def test_nothing_is_unexplained(one: Judged) -> None:
    assert unexplained(one) == ()


@pytest.mark.parametrize(
    "verdict", [Verdict.FAIL, Verdict.STALE, Verdict.INCONCLUSIVE, Verdict.HARNESS_ERROR]
)
def test_what_went_wrong_is_never_explained(verdict: Verdict) -> None:
    assert unexplained(judged(verdict, reason="so it is")) == ("D-15",)


@pytest.mark.parametrize("verdict", [Verdict.KNOWN, Verdict.UNVERIFIED])
def test_these_take_a_reason(verdict: Verdict) -> None:
    assert unexplained(judged(verdict)) == ("D-15",)
    assert unexplained(judged(verdict, reason="so it is")) == ()


def test_advice_is_for_what_is_no_must() -> None:
    assert unexplained(judged(Verdict.ADVICE)) == ()
    assert unexplained(judged(Verdict.ADVICE, clause="D-12")) == ("D-12",)


def test_the_page_tells_verdicts_and_reasons() -> None:
    page = draw_daemons(Measured(judged=(judged(Verdict.KNOWN, reason="blocks"),)))
    assert "| D-15 | SHOULD | KNOWN |" in page
    assert "- s, D-15 KNOWN: blocks" in page
    assert "| s | `m` | spark-4.3 | 1 KNOWN | none | 0 |" in page
