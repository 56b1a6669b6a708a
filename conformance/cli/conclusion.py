"""What a run comes to as a whole, while it is played and whenever it is weighed again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from conformance.check.verdicts import exit_code, weigh_run
from conformance.evidence.findings import RunVerdict

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from conformance.check.verdicts import Terms
    from conformance.evidence.findings import ClauseResult
    from conformance.report.verdict_file import State

_INTERRUPTED = 2
_HARNESS_ERROR = 3
#: Exit codes that an error of the suite does not override.
_WORSE = (1, _INTERRUPTED)


class Conclusion(NamedTuple):
    """What a run comes to: its verdict and, unless it still goes on, its exit code."""

    verdict: RunVerdict
    exit_code: int | None


def conclude(
    results: Collection[ClauseResult],
    terms: Terms,
    state: State,
    errors: Sequence[str],
    *,
    is_gate: bool,
) -> Conclusion:
    """Say what a run comes to.

    Args:
        results: one a clause.
        terms: by what was judged.
        state: of the run.
        errors: errors of the suite that belong to no clause.
        is_gate: whether INCOMPLETE counts as inconclusive.

    Returns:
        The verdict, which is CONFORMANT of no run that broke down or did not come to its end,
        and the exit code.
    """
    verdict = weigh_run(results, terms)
    if verdict is not RunVerdict.NOT_CONFORMANT and (errors or state != "finished"):
        verdict = RunVerdict.INCOMPLETE
    if state == "running":
        return Conclusion(verdict, None)
    if state == "interrupted":
        return Conclusion(verdict, _INTERRUPTED)
    code = exit_code(results, verdict, is_gate=is_gate)
    return Conclusion(verdict, _HARNESS_ERROR if errors and code not in _WORSE else code)
