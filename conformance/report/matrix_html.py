"""A matrix as a page of HTML that stands alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from conformance.report import page
from conformance.report.matrix_rows import Line, fold

if TYPE_CHECKING:
    from conformance.evidence.findings import Verdict
    from conformance.report.matrix_file import Matrix
    from conformance.report.matrix_rows import Family

#: Ids of clauses that may be ids of elements as they are.
_ID = re.compile(r"[A-Z][A-Z0-9-]*")


class _Anchored(msgspec.Struct, frozen=True):
    """A line with the id of its place on the page."""

    anchor: str
    line: Line


def render(matrix: Matrix) -> str:
    """Write a matrix as HTML.

    Args:
        matrix: in question.

    Returns:
        The page; it asks for nothing from anywhere.
    """
    families = fold(matrix) if matrix.judged else ()
    return page.render(
        "matrix.html.j2",
        matrix=matrix,
        families=[(one, _anchored(one)) for one in families],
        total=sum(len(one.lines) for one in families),
        different=sum(len(one.different) for one in families),
        css=css,
    )


def _anchored(family: Family) -> list[_Anchored]:
    return [
        _Anchored(_anchor(line.row.clause, place), line) for place, line in enumerate(family.lines)
    ]


def _anchor(clause: str, place: int) -> str:
    return clause if _ID.fullmatch(clause) else f"other-{place}"


def css(verdict: Verdict | None) -> str:
    """Name the class of a verdict.

    Args:
        verdict: on a clause; None if there is none.

    Returns:
        Such as `is-not-applicable`.
    """
    return f"is-{(verdict or 'unknown').lower().replace(' ', '-')}"
