"""Wrongs in what a factory says when it fails, and in what it says without need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import Finding
from conformance.evidence.outcomes import Outcome, Raised

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: How languages say that somebody went through a reference to nothing.
_NOTHING = ("NullPointer", "NullReference", "NoneType", "nil pointer")
_SHOWN_CHARACTERS = 400


def incomplete_messages(outcome: Outcome, *parts: str) -> Iterator[Finding]:
    """See a failure whose message lacks something.

    Args:
        outcome: of the call.
        *parts: what the message must contain, each.

    Yields:
        One finding for each missing part, or one if the call did not raise.
    """
    if not isinstance(outcome, Raised):
        yield Finding("incomplete_messages", "raises", type(outcome).__name__.lower())
        return
    for part in parts:
        if part not in outcome.message:
            actual = outcome.message.strip()[:_SHOWN_CHARACTERS]
            yield Finding("incomplete_messages", f"a message with {part!r}", actual)


def null_pointers(outcome: Outcome) -> Iterator[Finding]:
    """See a failure that is a slip of the implementation's own.

    Args:
        outcome: of the call.

    Yields:
        One finding if it raised for going through a reference to nothing.
    """
    if isinstance(outcome, Raised) and any(word in str(outcome) for word in _NOTHING):
        yield Finding("null_pointers", "an error that says what happened", str(outcome))


def unwanted_log_lines(
    lines: Sequence[tuple[str, str]], unwanted: Sequence[tuple[str, str]]
) -> Iterator[Finding]:
    """See log lines that must not come.

    Args:
        lines: level and message of each line logged.
        unwanted: level and beginning of each line that must not come.

    Yields:
        One finding for each that came.
    """
    for level, text in lines:
        if any(level == one and text.startswith(start) for one, start in unwanted):
            yield Finding("unwanted_log_lines", "no such line", f"{level} {text}")


def bare_log_lines(lines: Sequence[tuple[str, str]], start: str) -> Iterator[Finding]:
    """See log lines that should say more, such as the exception that they are about.

    Args:
        lines: level and message of each line logged.
        start: beginning of the lines in question.

    Yields:
        One finding for each that ends where it should begin to tell.
    """
    for level, text in lines:
        if text.startswith(start) and not text.removeprefix(start).strip():
            yield Finding("bare_log_lines", f"{level} {start} and the reason", f"{level} {text}")


def repeated_log_lines(lines: Sequence[tuple[str, str]], *starts: str) -> Iterator[Finding]:
    """See log lines that come more than once.

    Args:
        lines: level and message of each line logged.
        *starts: beginnings of lines that may come once.

    Yields:
        One finding for each beginning that came again.
    """
    for start in starts:
        count = sum(text.startswith(start) for _, text in lines)
        if count > 1:
            yield Finding("repeated_log_lines", f"{start} once", f"{count} times")
