"""An examination as a person reads it: a line a stage, then what the first failure means."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from conformance.report.doctor_file import START_STAGES
from conformance.report.legible import legible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.report.doctor_file import Culprit, Examination, StageEntry, Trouble
    from conformance.report.paint import Paint

_NAME_COLUMNS = 15
_INDENT = 9
_LABEL_COLUMNS = 12
#: How many lines of a standard error are shown; more stand in the JSON.
_TAIL_LINES = 6
_VERDICTS = {"pass": ("ok", "green"), "fail": ("FAIL", "red")}
_LEFT_OUT = "--"
_WHEN = {
    "program": "the program itself, before Python's own start",
    "start": "a start-up file: every Python of this environment runs it",
    "import": "an import of the daemon module",
    "nowhere": "the daemon module itself, once it runs",
}


def stage_lines(stage: StageEntry, width: int, paint: Paint) -> Iterator[str]:
    """Show one stage.

    Args:
        stage: which.
        width: columns to fill.
        paint: colours a text.

    Yields:
        Lines.
    """
    word, colour = _VERDICTS[stage.verdict]
    head = f"  {paint(f'{word:<5}', colour)} {stage.name:<{_NAME_COLUMNS}} "
    yield from _hanging(head, 8 + _NAME_COLUMNS + 1, stage.saw, width)


def end_lines(seen: Examination, width: int, paint: Paint) -> Iterator[str]:
    """Show what came of all stages.

    Args:
        seen: the examination.
        width: columns to fill.
        paint: colours a text.

    Yields:
        Lines.
    """
    for track, reason in seen.skipped.items():
        name = f"{track} worker"
        yield from _hanging(
            f"  {_LEFT_OUT:<5} {name:<{_NAME_COLUMNS}} ", 8 + _NAME_COLUMNS + 1, reason, width
        )
    for trouble in seen.troubles:
        yield ""
        yield from trouble_lines(trouble, width, paint)
    yield ""
    yield from textwrap.wrap(verdict(seen), width)


def verdict(seen: Examination) -> str:
    """Say in one sentence how it stands.

    Args:
        seen: the examination.

    Returns:
        The sentence.
    """
    if not seen.troubles:
        if seen.skipped:
            left_out = " and ".join(f"a {track} worker" for track in seen.skipped)
            return f"All stages pass: Spark can start this daemon. Not tried: {left_out}."
        return "All stages pass: Spark can start this daemon and its workers."
    first = seen.troubles[0]
    if first.track == "simple":
        return f"The daemon works; the simple worker does not: {first.stage}."
    what = "cannot be started" if first.stage in START_STAGES else "does not work"
    simple = any(one.track == "simple" and one.name == "simple end" for one in seen.stages)
    well = simple and len(seen.troubles) == 1
    hint = " A simple worker does: spark.python.use.daemon=false helps meanwhile." if well else ""
    subject = "Python" if first.track == "executable" else "The daemon"
    return f"{subject} {what}: {first.stage}.{hint}"


def trouble_lines(trouble: Trouble, width: int, paint: Paint, where: str = "") -> Iterator[str]:
    """Show a stage that failed, and what comes of it.

    Args:
        trouble: which.
        width: columns to fill.
        paint: colours a text.
        where: executors that have it, whose stages are not shown one by one.

    Yields:
        Lines.
    """
    yield f"{paint('FAIL', 'red')}  {trouble.stage}  ({trouble.symptom})"
    if where:
        yield from _labelled("executors", where, width)
        yield from _labelled("saw", trouble.saw, width)
    if trouble.culprit:
        yield from _culprit_lines(trouble.culprit, width)
    yield from _labelled("Spark says", trouble.spark_says, width)
    for number, cause in enumerate(trouble.causes):
        yield from _labelled("because" if number == 0 else "or", cause, width)
    yield from _labelled("do", trouble.to_do, width)
    for number, line in enumerate(map(legible, trouble.stderr[-_TAIL_LINES:])):
        room = width - _LABEL_COLUMNS - 2
        shown = line if len(line) <= room else line[: room - 1] + "…"
        yield f"  {'stderr' if number == 0 else '':<{_LABEL_COLUMNS}}{shown}"


def _culprit_lines(culprit: Culprit, width: int) -> Iterator[str]:
    yield from _labelled("written by", _WHEN[culprit.when], width)
    for number, place in enumerate(culprit.places):
        module = f" ({place.module})" if place.module not in ("", "__main__") else ""
        text = f"{place.path}, line {place.line}{module}"
        yield from _labelled("at" if number == 0 else "through", text, width)


def _labelled(label: str, text: str, width: int) -> Iterator[str]:
    yield from _hanging(f"  {label:<{_LABEL_COLUMNS}}", 2 + _LABEL_COLUMNS, text, width)


def _hanging(head: str, indent: int, text: str, width: int) -> Iterator[str]:
    """Wrap a text behind a head; `indent` is the head's visible width."""
    # A path must stay whole, to be copied.
    room = width - indent
    shown = legible(text)
    lines = textwrap.wrap(shown, room, break_on_hyphens=False, break_long_words=False)
    yield (head + "".join(lines[:1])).rstrip()
    for line in lines[1:]:
        yield " " * indent + line
