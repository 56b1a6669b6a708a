"""Weighing: from what tests established to verdicts and exit codes, on hand-made entries."""

from __future__ import annotations

import pytest

from conformance.check.verdicts import (
    Established,
    Terms,
    exit_code,
    is_open,
    weigh,
    weigh_run,
)
from conformance.contract.clause import Need
from conformance.contract.clauses import find
from conformance.contract.deviations import Deviation
from conformance.contract.profiles import find_profile
from conformance.evidence.findings import ClauseResult, Finding, RunVerdict, Verdict

MUST = "F-RST-01"
SHOULD = "F-POOL-12"
MAY = "F-POOL-15"
WRONG = Finding("wrong_start_counts", "2", "1")
DEVIATION = Deviation(clause=MUST, how="starts none", evidence="[E1]", wrong="wrong_start_counts")
DOCUMENTED = Terms(profile=find_profile("documented"))


def entry(clause: str = MUST, **fields: object) -> Established:
    """Make an entry about one clause."""
    return Established(test="t", claimed=(clause,), **fields)  # type: ignore[arg-type]


def terms(**fields: object) -> Terms:
    """Make terms by the documented profile."""
    return Terms(profile=find_profile("documented"), **fields)  # type: ignore[arg-type]


KEPT = entry(findings={MUST: ()})
BROKEN = entry(findings={MUST: (WRONG,)})


@pytest.mark.parametrize(
    ("clause", "entries", "by", "verdict"),
    [
        (MUST, [KEPT], DOCUMENTED, Verdict.PASS),
        (MUST, [KEPT, BROKEN], DOCUMENTED, Verdict.FAIL),
        (MUST, [BROKEN, entry(error="KeyError")], DOCUMENTED, Verdict.FAIL),
        (MUST, [KEPT, entry(error="KeyError")], DOCUMENTED, Verdict.HARNESS_ERROR),
        (MUST, [KEPT, entry(inconclusive="gone")], DOCUMENTED, Verdict.INCONCLUSIVE),
        (MUST, [], DOCUMENTED, Verdict.UNVERIFIED),
        (MUST, [entry(unverified={MUST: "no inspect"})], DOCUMENTED, Verdict.UNVERIFIED),
        (MUST, [entry(unverified={MUST: "no inspect"}), KEPT], DOCUMENTED, Verdict.PASS),
        (MUST, [BROKEN], terms(known=(DEVIATION,)), Verdict.KNOWN),
        (MUST, [KEPT], terms(known=(DEVIATION,)), Verdict.STALE),
        (MUST, [entry(findings={MUST: (Finding("other", "", ""),)})],
         terms(known=(DEVIATION,)), Verdict.STALE),
        (MUST, [BROKEN], terms(excused=(DEVIATION,)), Verdict.KNOWN),
        (MUST, [KEPT], terms(excused=(DEVIATION,)), Verdict.PASS),
        (MUST, [entry(findings={MUST: (Finding("other", "", ""),)})],
         terms(excused=(DEVIATION,)), Verdict.FAIL),
        (MUST, [], terms(excluded={Need.FAKES: "no factory", Need.CALLER: "no factory"}),
         Verdict.NOT_APPLICABLE),
        (MUST, [], terms(is_selection=True), Verdict.UNVERIFIED),
        (SHOULD, [entry(SHOULD, findings={SHOULD: (WRONG,)})], DOCUMENTED, Verdict.ADVICE),
        (SHOULD, [entry(SHOULD, findings={SHOULD: (WRONG,)})], terms(score_should=True),
         Verdict.FAIL),
        (MAY, [], DOCUMENTED, Verdict.NOT_APPLICABLE),
        ("F-POOL-09", [], DOCUMENTED, Verdict.NOT_APPLICABLE),
    ],
)  # fmt: skip
def test_a_clause_gets_the_verdict_that_its_tests_prove(
    clause: str, entries: list[Established], by: Terms, verdict: Verdict
) -> None:
    """A proven failure comes before trouble of ours, trouble before a pass."""
    assert weigh(find(clause), entries, by).verdict is verdict


def test_an_uncertain_deviation_may_also_be_kept() -> None:
    """A race that some runs show is not stale in those that do not."""
    known = Deviation(clause=MUST, how="a race", evidence="[E8]", certain=False)
    assert weigh(find(MUST), [KEPT], terms(known=(known,))).verdict is Verdict.PASS


def result(verdict: Verdict, clause: str = MUST) -> ClauseResult:
    """Make a result."""
    return ClauseResult(clause, verdict)


@pytest.mark.parametrize(
    ("verdicts", "by", "run", "code", "gate"),
    [
        ([Verdict.PASS], DOCUMENTED, RunVerdict.CONFORMANT, 0, 0),
        ([Verdict.PASS, Verdict.ADVICE], DOCUMENTED, RunVerdict.CONFORMANT, 0, 0),
        ([Verdict.PASS, Verdict.KNOWN], DOCUMENTED, RunVerdict.KNOWN_DEVIATIONS, 0, 0),
        ([Verdict.PASS, Verdict.STALE], DOCUMENTED, RunVerdict.KNOWN_DEVIATIONS, 6, 6),
        ([Verdict.PASS, Verdict.UNVERIFIED], DOCUMENTED, RunVerdict.INCOMPLETE, 0, 7),
        ([Verdict.FAIL, Verdict.HARNESS_ERROR], DOCUMENTED, RunVerdict.NOT_CONFORMANT, 1, 1),
        ([Verdict.HARNESS_ERROR, Verdict.INCONCLUSIVE], DOCUMENTED, RunVerdict.INCOMPLETE, 3, 3),
        ([Verdict.INCONCLUSIVE, Verdict.STALE], DOCUMENTED, RunVerdict.INCOMPLETE, 7, 7),
        ([Verdict.NOT_APPLICABLE], DOCUMENTED, RunVerdict.INCOMPLETE, 5, 7),
        ([Verdict.PASS], terms(is_selection=True), RunVerdict.INCOMPLETE, 0, 7),
    ],
)  # fmt: skip
def test_a_run_gets_its_verdict_and_exit_code(
    verdicts: list[Verdict], by: Terms, run: RunVerdict, code: int, gate: int
) -> None:
    """The order is 1, 3, 7, 6, 5; deselecting makes it INCOMPLETE, however green."""
    results = [result(one) for one in verdicts]
    verdict = weigh_run(results, by)
    assert verdict is run
    assert exit_code(results, verdict, is_gate=False) == code
    assert exit_code(results, verdict, is_gate=True) == gate


def test_only_an_unverified_must_is_open() -> None:
    """An UNVERIFIED SHOULD does not make a run INCOMPLETE."""
    assert is_open(result(Verdict.UNVERIFIED), DOCUMENTED)
    assert not is_open(result(Verdict.UNVERIFIED, SHOULD), DOCUMENTED)
    assert not is_open(result(Verdict.PASS), DOCUMENTED)
