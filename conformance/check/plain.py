"""The plainest wrong: something is not what it must be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator


def unequal_values(what: str, actual: object, expected: object) -> Iterator[Finding]:
    """See a value that differs from the one it must have.

    Args:
        what: names the value.
        actual: the value.
        expected: the one it must have.

    Yields:
        One finding if they differ.
    """
    if actual != expected:
        yield Finding("unequal_values", f"{what} {expected!r}", f"{actual!r}")


def broken_promises(wrong: str, *, holds: bool, expected: str, actual: str) -> Iterator[Finding]:
    """See a condition that does not hold.

    Args:
        wrong: name of the wrong, a plural noun such as `leaked_sockets`.
        holds: whether the condition holds.
        expected: what must be.
        actual: what was seen.

    Yields:
        One finding if it does not hold.
    """
    if not holds:
        yield Finding(wrong, expected, actual)
