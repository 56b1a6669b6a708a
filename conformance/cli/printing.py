"""Text for the user: colours and width of his terminal, plain on a pipe."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

from conformance.report.kept import REPORT
from conformance.report.paint import plainly
from conformance.report.stale import updates

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

    from conformance.report.paint import Paint
    from conformance.report.verdict_file import VerdictFile

#: Nothing is laid out for less, or for more than can be read.
_NARROWEST = 80
_WIDEST = 120


def width() -> int:
    """Choose how many columns to fill.

    Returns:
        Those of the terminal, within what can be read; the widest on a pipe.
    """
    columns = shutil.get_terminal_size((_WIDEST, 24)).columns
    return min(_WIDEST, max(_NARROWEST, columns))


def painter(stream: TextIO) -> Paint:
    """Choose whether to colour.

    Args:
        stream: where the text goes.

    Returns:
        What colours a text on a terminal, unless NO_COLOR is set.
    """
    if not stream.isatty() or os.environ.get("NO_COLOR"):
        return plainly
    return lambda text, colour: click.style(text, fg=colour)


def print_end(file: VerdictFile, run: Path, stream: TextIO | None = None) -> None:
    """Say what there is to read about a run, and what to do about its stale deviations.

    Args:
        file: the run.
        run: its directory, as the user names it.
        stream: where to; standard output if None.
    """
    click.echo(f"report  {run / REPORT}", file=stream)
    print_updates(file, run, stream)


def print_updates(file: VerdictFile, run: Path, stream: TextIO | None = None) -> None:
    """Say what to do about stale deviations, if there are any.

    Args:
        file: the run.
        run: its directory, as the user names it.
        stream: where to; standard output if None.
    """
    for line in updates(file, run):
        click.echo(f"update  {line}", file=stream)


def print_run(file: VerdictFile, stream: TextIO | None = None) -> None:
    """Show a run.

    Args:
        file: the run.
        stream: where to; standard output if None.
    """
    from conformance.report.terminal import render  # noqa: PLC0415 - start-up time

    out = stream or sys.stdout
    for line in render(file, width(), painter(out)):
        click.echo(line, file=out, color=True)
