"""A run as a badge: the JSON that shields.io makes a picture of (its endpoint badge)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from conformance.evidence.findings import RunVerdict, Verdict

if TYPE_CHECKING:
    from conformance.report.verdict_file import VerdictFile


class Badge(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The form of badge.json; shields.io's, version 1.

    Attributes:
        schema_version: of the form.
        label: the left half: what was judged by.
        message: the right half: what came of it.
        color: of the right half.
    """

    schema_version: Literal[1] = 1
    label: str
    message: str
    color: str


def render(file: VerdictFile) -> bytes:
    """Write a run as a badge.

    Args:
        file: the run.

    Returns:
        The content of badge.json.
    """
    message, color = _said(file)
    badge = Badge(label=f"worker factory, {file.profile}", message=message, color=color)
    return msgspec.json.format(msgspec.json.encode(badge), indent=1) + b"\n"


def _said(file: VerdictFile) -> tuple[str, str]:
    failed, stale, known = (
        file.counts.get(one, 0) for one in (Verdict.FAIL, Verdict.STALE, Verdict.KNOWN)
    )
    verified = f"{file.must_verified} of {file.must_total} MUST"
    worst_first = (
        (failed, f"{failed} clause{_s(failed)} failed", "red"),
        (file.state != "finished", file.state, "lightgrey"),
        (file.verdict is RunVerdict.INCOMPLETE, f"incomplete, {verified}", "yellow"),
        (stale, f"{stale} stale deviation{_s(stale)}", "orange"),
        (known, f"conformant, {known} known deviation{_s(known)}", "green"),
    )
    said = ((message, color) for holds, message, color in worst_first if holds)
    return next(said, (f"conformant, {file.must_verified} MUST", "brightgreen"))


def _s(number: int) -> str:
    return "" if number == 1 else "s"
