"""`wfc report`: a stored run, shown and drawn again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conformance.cli.printing import print_end, print_run
from conformance.report.files import write_reports
from conformance.report.verdict_file import read

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.report.verdict_file import VerdictFile


def render_again(place: Path) -> None:
    """Write what is made from a run's verdict.json anew, and show it.

    Args:
        place: the run's directory, or its verdict.json.

    Raises:
        UsageError: if there is no such run, or it cannot be read.
    """
    directory = place if place.is_dir() else place.parent
    file = read(place)
    draw_again(file, directory)
    print_run(file.placed(directory))
    print_end(file, directory)


def draw_again(file: VerdictFile, directory: Path) -> None:
    """Write what is made from a run's verdict.json anew; say so if it cannot be.

    Args:
        file: the run, with paths relative to its directory.
        directory: of the run.
    """
    try:
        write_reports(file, directory)
    except OSError as error:
        click.echo(f"wfc: cannot write {error.filename}: {error.strerror}", err=True)
