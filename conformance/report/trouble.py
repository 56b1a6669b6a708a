"""What is wrong with a run as a whole, where no clause tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import RunVerdict, Verdict

if TYPE_CHECKING:
    from conformance.report.verdict_file import VerdictFile

#: How a run stands that did not come to its end.
_STATES = {
    "running": "is running, or was killed",
    "cut short": "was cut short by its first failure (--fail-fast)",
    "interrupted": "was interrupted",
}
#: Exit code of a run in which nothing was scored.
_NOTHING_SCORED = 5


def trouble(file: VerdictFile) -> str:
    """Say why a run says less than it seems to.

    Args:
        file: the run.

    Returns:
        Why it did not come to its end, is broken or scored nothing; empty if all went well.
    """
    if file.state != "finished":
        return f"The run {_STATES[file.state]}."
    if file.errors:
        return "; ".join(f"Error of the suite: {error}" for error in file.errors)
    if file.exit_code == _NOTHING_SCORED:
        return "Nothing was scored."
    return ""


def open_question(file: VerdictFile) -> str:
    """Say what a run left open.

    Args:
        file: the run.

    Returns:
        What proved nothing, or was not verified though the gate wants it; empty if neither.
    """
    broken = file.having(Verdict.HARNESS_ERROR, Verdict.INCONCLUSIVE)
    if broken:
        return f"{broken[0].verdict} {broken[0].clause}: {broken[0].reason}"
    if file.is_gate and file.verdict is RunVerdict.INCOMPLETE:
        verified = f"{file.must_verified} of {file.must_total} MUST verified"
        return "; ".join((verified, *left_out(file), "--gate wants all."))
    return ""


def left_out(file: VerdictFile) -> tuple[str, ...]:
    """Say what of the suite was left out.

    Args:
        file: the run.

    Returns:
        A line, with the options that left it out; none if it was whole.
    """
    return (f"left out: {', '.join(file.left_out)}",) if file.left_out else ()
