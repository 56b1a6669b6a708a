"""A run as annotations of a GitHub job: workflow commands, one line each.

<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import Verdict
from conformance.report.failure import shorten
from conformance.report.story import again
from conformance.report.trouble import open_question, trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.report.verdict_file import ClauseEntry, VerdictFile

#: GitHub shows no more errors of one step; it drops the others in silence.
SHOWN = 10
#: Columns of what is told about one clause, a line of it.
_COLUMNS = 400
#: Characters that move a terminal's cursor or colour its text: none of them is shown.
_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), "\N{REPLACEMENT CHARACTER}")
#: What stands for a character in the text of a command.
_IN_TEXT = _CONTROLS | str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
#: What stands for a character in a property, where two more have a meaning.
_IN_PROPERTY = _IN_TEXT | str.maketrans({":": "%3A", ",": "%2C"})


def render(file: VerdictFile) -> Iterator[str]:
    """Write a run as workflow commands.

    Args:
        file: the run, with paths that can be pasted.

    Yields:
        One line for each clause that failed or is stale, up to what GitHub shows, and one
        that counts the others; if there are none but the run is not well, why.
    """
    unexpected = (*file.having(Verdict.FAIL), *file.having(Verdict.STALE))
    for entry in unexpected[:SHOWN]:
        title = f"{entry.verdict} {entry.clause} ({entry.level})"
        yield command("error", title, "\n".join(_about(entry, file)))
    left_out = len(unexpected) - SHOWN
    if left_out > 0:
        more = f"{left_out} more of {len(unexpected)} clauses failed or are stale"
        yield command("warning", more, "All stand in verdict.json, and in the job's summary.")
    if not unexpected and file.exit_code:
        why = shorten(trouble(file) or open_question(file), _COLUMNS)
        yield command("error", f"exit {file.exit_code}: {file.verdict}", why)


def command(name: str, title: str, text: str) -> str:
    """Write one workflow command.

    Args:
        name: such as `error`.
        title: any text.
        text: any text; its lines stay apart.

    Returns:
        One line.
    """
    return f"::{name} title={title.translate(_IN_PROPERTY)}::{text.translate(_IN_TEXT)}"


def _about(entry: ClauseEntry, file: VerdictFile) -> Iterator[str]:
    yield entry.text
    if entry.reason:
        yield shorten(f"because: {entry.reason}", _COLUMNS)
    for finding in entry.findings[:1]:
        yield shorten(f"expected: {finding.expected}", _COLUMNS)
        yield shorten(f"actual: {finding.actual}", _COLUMNS)
    if len(entry.findings) > 1:
        yield f"{len(entry.findings) - 1} more in verdict.json"
    yield f"again: {again(entry, file)}"
