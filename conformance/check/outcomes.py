"""Wrongs in how calls came out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import Finding
from conformance.evidence.outcomes import Lost, Outcome, Raised, Returned, TimedOut

if TYPE_CHECKING:
    from collections.abc import Iterator


def failures_to_raise(
    outcome: Outcome, counts_as: tuple[str, ...] = (), text: str = ""
) -> Iterator[Finding]:
    """See a call that should have raised and did otherwise.

    Args:
        outcome: of the call.
        counts_as: kinds of error that will do; any if empty.
        text: what the message must contain.

    Yields:
        One finding if it did not raise, raised another kind, or said something else.
    """
    kinds = " or ".join(counts_as) or "any error"
    expected = f"raises {kinds}" + (f" that says {text!r}" if text else "")
    if not isinstance(outcome, Raised):
        yield Finding("failures_to_raise", expected, _say(outcome))
    elif counts_as and outcome.counts_as not in counts_as:
        yield Finding("wrong_errors", expected, f"{outcome.counts_as}: {outcome}")
    elif text not in outcome.message:
        yield Finding("wrong_messages", expected, str(outcome))


def failures_to_return(outcome: Outcome) -> Iterator[Finding]:
    """See a call that should have returned and did not.

    Args:
        outcome: of the call.

    Yields:
        One finding if it did not return.
    """
    if not isinstance(outcome, Returned):
        yield Finding("failures_to_return", "returns", _say(outcome))


def endless_calls(outcome: Outcome) -> Iterator[Finding]:
    """See a call that gave no answer within its limit.

    Args:
        outcome: of the call.

    Yields:
        One finding if it timed out or took the process along.
    """
    if isinstance(outcome, (TimedOut, Lost)):
        yield Finding("endless_calls", "an answer", str(outcome))


def _say(outcome: Outcome) -> str:
    return "returned" if isinstance(outcome, Returned) else str(outcome)
