"""The table of exit codes, walked whole on hand-made results."""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from conformance import errors
from conformance.check.verdicts import Terms, exit_code, weigh_run
from conformance.cli.account import Account, unsteady
from conformance.cli.options import Options
from conformance.contract.clauses import CLAUSES, find
from conformance.contract.profiles import find_profile
from conformance.evidence.findings import ClauseResult, RunVerdict, Verdict
from conformance.report.verdict_file import Subject
from conformance.stage.opening import Wanted

TERMS = Terms(profile=find_profile("documented"))
MUSTS = [clause.id for clause in CLAUSES if TERMS.profile.level(clause) == "MUST"]
SETS = [
    frozenset(chosen)
    for chosen in chain.from_iterable(
        combinations(Verdict, size) for size in range(len(Verdict) + 1)
    )
]


def results(verdicts: frozenset[Verdict]) -> list[ClauseResult]:
    """One MUST for each verdict."""
    return [
        ClauseResult(clause, verdict)
        for clause, verdict in zip(MUSTS, sorted(verdicts), strict=False)
    ]


def by_the_table(verdicts: frozenset[Verdict], *, is_gate: bool) -> int:
    """The README's table, read from the top: 1, 3, 7, 6, 5, 0."""
    scored = {Verdict.PASS, Verdict.FAIL, Verdict.KNOWN, Verdict.STALE}
    is_incomplete = not verdicts & scored or verdicts & {
        Verdict.UNVERIFIED,
        Verdict.INCONCLUSIVE,
        Verdict.HARNESS_ERROR,
    }
    if Verdict.FAIL in verdicts:
        return 1
    if Verdict.HARNESS_ERROR in verdicts:
        return 3
    if Verdict.INCONCLUSIVE in verdicts or (is_gate and is_incomplete):
        return 7
    if Verdict.STALE in verdicts:
        return 6
    return 0 if verdicts & scored else 5


@pytest.mark.parametrize("is_gate", [False, True])
def test_every_set_of_verdicts_has_the_exit_code_of_the_table(is_gate: bool) -> None:  # noqa: FBT001 - a parameter
    for verdicts in SETS:
        made = results(verdicts)
        verdict = weigh_run(made, TERMS)
        expected = by_the_table(verdicts, is_gate=is_gate)
        assert exit_code(made, verdict, is_gate=is_gate) == expected, sorted(verdicts)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError, 4),
        (errors.DoorError, 8),
        (errors.ProtocolError, 8),
        (errors.SuiteError, 3),
        (errors.FakeMisbehaved, 3),
        (errors.EnvironmentFault, 7),
    ],
)
def test_an_error_that_ends_the_run_carries_its_code(
    error: type[errors.ConformanceError], code: int
) -> None:
    assert error.exit_code == code


class OneClause(Account):
    """An account of hand-made results."""

    def __init__(self, *made: ClauseResult) -> None:
        self.results = {clause.id: ClauseResult(clause.id, Verdict.PASS) for clause in CLAUSES}
        self.results |= {one.clause: one for one in made}
        self.errors = []
        self._options = Options(wanted=Wanted())
        self._started_at = "2026-01-02T03:04:05+00:00"
        self._began_s = 0.0
        self._terms = TERMS
        self._subject = Subject()
        self._played = []
        self._cases = {}


def test_a_run_that_goes_on_has_no_exit_code() -> None:
    file = OneClause().file("running")
    assert (file.exit_code, file.verdict) == (None, RunVerdict.INCOMPLETE)


def test_an_interrupted_run_is_incomplete_and_ends_with_2() -> None:
    file = OneClause().file("interrupted")
    assert (file.exit_code, file.verdict) == (2, RunVerdict.INCOMPLETE)


def test_an_interrupted_run_does_not_hide_a_proven_failure_in_its_verdict() -> None:
    file = OneClause(ClauseResult("F-RST-01", Verdict.FAIL)).file("interrupted")
    assert (file.exit_code, file.verdict) == (2, RunVerdict.NOT_CONFORMANT)


def test_an_error_of_the_suite_ends_with_3_whatever_passes() -> None:
    account = OneClause()
    account.errors.append("a file cannot be collected")
    file = account.file("finished")
    assert (file.exit_code, file.verdict) == (3, RunVerdict.INCOMPLETE)


def test_a_proven_failure_comes_before_an_error_of_the_suite() -> None:
    account = OneClause(ClauseResult("F-RST-01", Verdict.FAIL))
    account.errors.append("a file cannot be collected")
    assert account.file("finished").exit_code == 1


def test_a_finished_run_without_anything_unexpected_ends_with_0() -> None:
    file = OneClause().file("finished")
    assert (file.exit_code, file.verdict) == (0, RunVerdict.CONFORMANT)


@pytest.mark.parametrize(
    ("together", "rounds", "verdict"),
    [
        (Verdict.PASS, [Verdict.PASS, Verdict.PASS], Verdict.PASS),
        (Verdict.PASS, [Verdict.PASS, Verdict.UNVERIFIED], Verdict.INCONCLUSIVE),
        (Verdict.ADVICE, [Verdict.PASS, Verdict.ADVICE], Verdict.INCONCLUSIVE),
        (Verdict.FAIL, [Verdict.PASS, Verdict.FAIL], Verdict.FAIL),
        (Verdict.STALE, [Verdict.KNOWN, Verdict.STALE], Verdict.STALE),
        (Verdict.KNOWN, [Verdict.PASS, Verdict.KNOWN], Verdict.KNOWN),
        (Verdict.HARNESS_ERROR, [Verdict.PASS, Verdict.HARNESS_ERROR], Verdict.HARNESS_ERROR),
    ],
)
def test_rounds_that_differ_prove_nothing_but_a_failure(
    together: Verdict, rounds: list[Verdict], verdict: Verdict
) -> None:
    result = unsteady(ClauseResult(find("F-RST-01").id, together), rounds)
    assert result.verdict is verdict
    assert ("rounds differ" in result.reason) == (len(set(rounds)) > 1)
