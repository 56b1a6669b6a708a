"""What to do about entries of the user's baseline that hold no more."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from conformance.contract.profiles import find_profile
from conformance.evidence.findings import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.report.verdict_file import VerdictFile


#: What a reason says of an entry that has expired.
EXPIRED = "the entry expired on"


def updates(file: VerdictFile, run: Path) -> Iterator[str]:
    """Say how to bring the baseline up to date.

    Nothing is said of what only the profile records: the user has no entry for that.

    Args:
        file: the run.
        run: its directory, as the user names it.

    Yields:
        Command lines: one for all clauses that are kept now, and one for each that is broken
        otherwise than recorded, or longer than accepted, for which TEXT and DATE are to be given.
    """
    if not file.baseline or file.state != "finished":
        return
    profiled = {one.clause for one in find_profile(file.profile).deviations}
    stale = [one for one in file.having(Verdict.STALE) if one.clause not in profiled]
    place = ("--baseline", file.baseline)
    if not all(one.findings for one in stale):
        yield shlex.join(["wfc", "baseline", "prune", str(run), *place])
    for one in stale:
        if one.findings:
            words = ["wfc", "baseline", "accept", str(run), "--clause", one.clause, *place]
            until = " --expires DATE" if EXPIRED in one.reason else ""
            yield f"{shlex.join(words)} --reason TEXT{until}"
