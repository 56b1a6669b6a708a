"""What is wrong with a run as a whole, where no clause tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import RunVerdict, Verdict

if TYPE_CHECKING:
    from conformance.report.verdict_file import VerdictFile

#: Exit code of a run in which nothing was scored.
_NOTHING_SCORED = 5


def trouble(file: VerdictFile) -> str:
    """Say why a run says less than it seems to.

    Args:
        file: the run.

    Returns:
        Why it was cut short, is broken or scored nothing; empty if all went well.
    """
    if file.state != "finished":
        return f"The run is {file.state}."
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
        return f"{file.must_verified} of {file.must_total} MUST verified; --gate wants all."
    return ""
