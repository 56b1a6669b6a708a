"""Where in a history a clause was seen to be broken, and where the picture of it stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from conformance.report.kept import REPORT, read_kept
from conformance.report.timeline.draw import draw

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.evidence.findings import Case, Finding


def where(case: Case, findings: Iterable[Finding]) -> str:
    """Tell the last thing that was seen before a clause was seen to be broken.

    Args:
        case: that shows it, with a path that can be opened.
        findings: on the clause.

    Returns:
        Such as `t=0.143 s  factory → caller 2: w1`; empty if no history is kept.
    """
    picture = draw(read_kept(Path(case.file).parent).history, findings)
    pins = [number for number, row in enumerate(picture.rows) if row.look == "pin"]
    if not pins or not pins[0]:
        return ""
    row = picture.rows[pins[0] - 1]
    return f"t={picture.elapsed_s(row):.3f} s  {picture.way(row)}{row.text}"


def picture(file: str, anchor: str) -> str:
    """Name the picture of a failure.

    Args:
        file: path of a file that the run keeps of it, `RUN/cases/ID/scenario.yaml` or the like.
        anchor: id of the case or of the clause.

    Returns:
        Path of the report with the place in it; empty if the run has no report.
    """
    parents = Path(file).parents
    report = parents[2] / REPORT if len(parents) > 2 else None  # noqa: PLR2004 - as said above
    return f"{report}#{anchor}" if report is not None and report.exists() else ""
