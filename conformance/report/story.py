"""A case as text: what was done, who found it, how to play it again."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.evidence.findings import Case
    from conformance.report.verdict_file import ClauseEntry, VerdictFile

#: Stands between two steps.
_NEXT = " · "

#: What a failure takes, for people.
_CONTROL = {
    "sequence": "the sequence alone shows it",
    "gates": "gates hold the order in which things happen",
    "chance": "chance inside the implementation decides: not every replay shows it",
}


def size(case: Case) -> str:
    """Say how long a case is.

    Args:
        case: in question.

    Returns:
        Such as `4 steps, shrunk from 31`.
    """
    steps = f"{case.length} step{'' if case.length == 1 else 's'}"
    was_longer = case.shrunk_from is not None and case.shrunk_from > case.length
    return f"{steps}, shrunk from {case.shrunk_from}" if was_longer else steps


def found_by(case: Case) -> str:
    """Say who found a case, and what it takes to see it.

    Args:
        case: in question.

    Returns:
        A line of text.
    """
    return f"{case.machine}; {_CONTROL[case.control]}"


def story(case: Case) -> str:
    """Tell all steps of a case in one line.

    Args:
        case: in question.

    Returns:
        The steps, with dots between them.
    """
    return _NEXT.join(_plain(case.steps))


def story_lines(case: Case, width: int) -> Iterator[str]:
    """Tell the steps of a case; no step is broken unless it is longer than a line.

    Args:
        case: in question.
        width: columns of a line.

    Yields:
        Lines of text.
    """
    line = ""
    for step in _plain(case.steps):
        longer = f"{line}{_NEXT}{step}" if line else step
        if line and len(longer) > width:
            yield line + _NEXT.rstrip()
            longer = step
        line = longer
    yield line


def replay(case: Case, file: VerdictFile) -> str:
    """Say how to play a case again.

    Args:
        case: in question.
        file: the run it belongs to, with paths that can be pasted.

    Returns:
        A command line.
    """
    return shlex.join(["wfc", "replay", case.file, *_subject(file)])


def again(entry: ClauseEntry, file: VerdictFile) -> str:
    """Say how to judge one clause again.

    Args:
        entry: the clause.
        file: the run it belongs to.

    Returns:
        A command line.
    """
    words = ["wfc", "run", *_subject(file)]
    if file.score_should:
        words += ["--level", "should"]
    if file.baseline:
        words += ["--baseline", file.baseline]
    words += ["--profile", file.profile, "--clause", entry.clause]
    return shlex.join(words)


def _subject(file: VerdictFile) -> Iterator[str]:
    """Name what was judged as the user did."""
    asked = {
        "--impl": file.subject.impl,
        "--daemon": file.subject.asked_daemon,
        "--python": file.subject.asked_python,
    }
    for option, value in asked.items():
        if value:
            yield from (option, value)


def _plain(steps: Iterable[str]) -> Iterator[str]:
    return (" ".join(step.split()) for step in steps)
