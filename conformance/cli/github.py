"""The log of a GitHub job, in which some lines are commands."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from conformance.report import workflow

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import TextIO

    from conformance.report.verdict_file import VerdictFile

#: Bytes of the word that lets commands be read again; nobody shall guess it.
_TOKEN_BYTES = 16


def is_github() -> bool:
    """Ask whether this is a job of GitHub Actions.

    Returns:
        Whether its variable says so.
    """
    return os.environ.get("GITHUB_ACTIONS") == "true"


@contextmanager
def no_commands(stream: TextIO) -> Generator[None]:
    """Have GitHub read no commands in what is printed: an implementation's words are in it.

    Args:
        stream: of the log.

    Yields:
        Nothing.
    """
    if not is_github():
        yield
        return
    token = secrets.token_hex(_TOKEN_BYTES)
    click.echo(f"::stop-commands::{token}", file=stream)
    try:
        yield
    finally:
        click.echo(f"::{token}::", file=stream)
        stream.flush()


def annotate(file: VerdictFile, stream: TextIO) -> None:
    """Print the annotations of a run, in a job of GitHub Actions alone.

    Args:
        file: the run, with paths that can be pasted.
        stream: of the log.
    """
    if is_github():
        for line in workflow.render(file):
            click.echo(line, file=stream)
