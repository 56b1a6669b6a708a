"""From what the scenarios established to one verdict a clause and one for the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping  # noqa: TC003 - msgspec reads them

import msgspec

from conformance.contract.clause import Clause, Level, Need
from conformance.contract.clauses import find
from conformance.contract.deviations import Deviation  # noqa: TC001 - msgspec reads it
from conformance.contract.profiles import Profile  # noqa: TC001 - msgspec reads it
from conformance.evidence.findings import Case, ClauseResult, Finding, RunVerdict, Verdict


class Established(msgspec.Struct, frozen=True, kw_only=True):
    """What one test established.

    Attributes:
        test: its id.
        claimed: clauses it is about.
        findings: by clause; an empty tuple means judged and kept.
        unverified: why a clause could not be judged.
        set_aside: why a clause is not about the implementation after all.
        inconclusive: why nothing was proven, empty if all went well.
        error: what went wrong in the suite itself, empty if nothing.
        seconds: how long it took.
        cases: stories that its findings name.
        trace: directory with what was seen in it; empty if nothing is kept.
    """

    test: str
    claimed: tuple[str, ...]
    findings: dict[str, tuple[Finding, ...]] = {}
    unverified: dict[str, str] = {}
    set_aside: dict[str, str] = {}
    inconclusive: str = ""
    error: str = ""
    seconds: float = 0.0
    cases: tuple[Case, ...] = ()
    trace: str = ""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """By what a run is judged.

    Attributes:
        profile: what must hold.
        known: deviations that are expected: the user's baseline, and, of a Spark release,
            those of its line.
        excused: deviations of the profile's Spark line when something else is under test:
            it need not do better than that line, and may.
        expired: clauses whose entry among `known` has expired, with the reason.
        excluded: needs that this implementation leaves no room for, with the reason.
        is_selection: whether the user deselected anything.
        score_should: whether a SHOULD counts like a MUST.
    """

    profile: Profile
    known: tuple[Deviation, ...] = ()
    excused: tuple[Deviation, ...] = ()
    expired: Mapping[str, str] = {}
    excluded: Mapping[Need, str] = {}
    is_selection: bool = False
    score_should: bool = False


def weigh(clause: Clause, established: Iterable[Established], terms: Terms) -> ClauseResult:
    """Give the verdict on one clause.

    Args:
        clause: to be judged.
        established: what the tests established, those of other clauses included.
        terms: by what to judge.

    Returns:
        The verdict, with its reason.
    """
    about = [one for one in established if clause.id in one.claimed]
    tests = tuple(one.test for one in about)
    reason = reason_not_applicable(clause, terms)
    if reason:
        return ClauseResult(clause.id, Verdict.NOT_APPLICABLE, reason)
    verdict, reason, findings = _weigh_tests(clause, about, terms)
    return ClauseResult(clause.id, verdict, reason, findings, tests)


def is_failure(clause: str, established: Established, terms: Terms) -> bool:
    """Tell whether what a test found against a clause counts as a failure.

    Args:
        clause: its id.
        established: by the test.
        terms: by what to judge.

    Returns:
        Whether it is neither recorded, nor mere advice, nor outside the profile.
    """
    return weigh(find(clause), [established], terms).verdict in (Verdict.FAIL, Verdict.STALE)


def reason_not_applicable(clause: Clause, terms: Terms) -> str:
    """Tell why a clause does not apply.

    Args:
        clause: in question.
        terms: by what is judged.

    Returns:
        The reason, empty if it applies.
    """
    if not terms.profile.applies(clause):
        return terms.profile.reason_not(clause)
    for need in clause.needs:
        if need in terms.excluded:
            return terms.excluded[need]
    return ""


_Weighed = tuple[Verdict, str, tuple[Finding, ...]]


def _weigh_tests(clause: Clause, about: list[Established], terms: Terms) -> _Weighed:
    findings = tuple(one for test in about for one in test.findings.get(clause.id, ()))
    judged = [test for test in about if clause.id in test.findings]
    if findings:
        return _weigh_findings(clause, findings, terms)
    troubles = (
        (Verdict.HARNESS_ERROR, next((test.error for test in about if test.error), "")),
        (Verdict.INCONCLUSIVE, next((t.inconclusive for t in about if t.inconclusive), "")),
    )
    for verdict, trouble in troubles:
        if trouble:
            return verdict, trouble, ()
    if not judged:
        return _weigh_nothing(clause, about, terms)
    if stale := [one for one in terms.known if one.clause == clause.id and one.certain]:
        return Verdict.STALE, f"recorded as broken, but kept: {stale[0].how}", ()
    return Verdict.PASS, "", ()


def _weigh_findings(clause: Clause, findings: tuple[Finding, ...], terms: Terms) -> _Weighed:
    if clause.id in terms.expired:
        return Verdict.STALE, terms.expired[clause.id], findings
    known = tuple(one for one in terms.known if one.clause == clause.id)
    records = (*known, *(one for one in terms.excused if one.clause == clause.id))
    if all(_is_recorded(finding, records) for finding in findings):
        reason = "; ".join(f"{one.how} ({one.evidence})" for one in records)
        return Verdict.KNOWN, reason, findings
    if known:
        recorded = ", ".join(one.wrong for one in known)
        return Verdict.STALE, f"recorded as {recorded}, fails another way", findings
    if terms.profile.level(clause) is Level.SHOULD and not terms.score_should:
        return Verdict.ADVICE, "", findings
    return Verdict.FAIL, "", findings


def _is_recorded(finding: Finding, known: tuple[Deviation, ...]) -> bool:
    return any(not one.wrong or finding.wrong in one.wrong.split("|") for one in known)


def _weigh_nothing(clause: Clause, about: list[Established], terms: Terms) -> _Weighed:
    reasons = [test.unverified.get(clause.id, "") for test in about]
    if aside := [test.set_aside[clause.id] for test in about if clause.id in test.set_aside]:
        return Verdict.NOT_APPLICABLE, aside[0], ()
    if terms.profile.level(clause) is Level.MAY and not any(reasons):
        return Verdict.NOT_APPLICABLE, "a permission: nothing to break", ()
    if Need.SOURCE in clause.needs:
        return Verdict.UNVERIFIED, "cannot be observed from outside", ()
    if terms.is_selection and not about:
        return Verdict.UNVERIFIED, "deselected", ()
    return Verdict.UNVERIFIED, next(filter(None, reasons), "no scenario ran for it"), ()


def weigh_run(results: Iterable[ClauseResult], terms: Terms) -> RunVerdict:
    """Give the verdict on the run.

    Args:
        results: one a clause.
        terms: by what was judged.

    Returns:
        The verdict.
    """
    found = {one.verdict for one in results}
    if Verdict.FAIL in found:
        return RunVerdict.NOT_CONFORMANT
    unfinished = {Verdict.HARNESS_ERROR, Verdict.INCONCLUSIVE}
    if terms.is_selection or found & unfinished or not scored(results):
        return RunVerdict.INCOMPLETE
    if any(is_open(one, terms) for one in results):
        return RunVerdict.INCOMPLETE
    if found & {Verdict.KNOWN, Verdict.STALE}:
        return RunVerdict.KNOWN_DEVIATIONS
    return RunVerdict.CONFORMANT


def is_open(result: ClauseResult, terms: Terms) -> bool:
    """Tell whether a clause that must be verified was not.

    Args:
        result: of the clause.
        terms: by what was judged.

    Returns:
        Whether it is an UNVERIFIED MUST.
    """
    return (
        result.verdict is Verdict.UNVERIFIED
        and terms.profile.level(find(result.clause)) is Level.MUST
    )


def scored(results: Iterable[ClauseResult]) -> int:
    """Count the clauses that were judged and count.

    Args:
        results: one a clause.

    Returns:
        How many.
    """
    counted = {Verdict.PASS, Verdict.FAIL, Verdict.KNOWN, Verdict.STALE}
    return sum(one.verdict in counted for one in results)


def exit_code(results: Iterable[ClauseResult], verdict: RunVerdict, *, is_gate: bool) -> int:
    """Give the exit status of a run that ran.

    Args:
        results: one a clause.
        verdict: on the run.
        is_gate: whether INCOMPLETE counts as inconclusive.

    Returns:
        A code of the table in the README; a proven failure comes first.
    """
    found = {one.verdict for one in results}
    is_inconclusive = Verdict.INCONCLUSIVE in found
    if is_gate and verdict is RunVerdict.INCOMPLETE:
        is_inconclusive = True
    reasons = (
        (1, Verdict.FAIL in found),
        (3, Verdict.HARNESS_ERROR in found),
        (7, is_inconclusive),
        (6, Verdict.STALE in found),
        (5, not scored(results)),
    )
    return next((code for code, holds in reasons if holds), 0)
