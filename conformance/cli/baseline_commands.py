"""`wfc baseline`: its commands and options; what they do is imported when they are asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from conformance.drive import interrupts
from conformance.errors import UsageError

_RUN = click.argument("run", type=click.Path(exists=True, path_type=Path))
_BASELINE_HELP = "The baseline file; else that of the settings."


@click.group()
def baseline() -> None:
    """Show, extend or clean up a file of known deviations (docs/gate.md)."""


@baseline.command()
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def show(file: Path | None) -> None:
    """Show the deviations in FILE, else in that of the settings."""
    from conformance.cli import baseline_life  # noqa: PLC0415 - start-up time

    with interrupts.current().at_once():
        baseline_life.show(_named(file, "FILE"))


@baseline.command()
@_RUN
@click.option(
    "--clause", "clauses", metavar="ID", multiple=True, required=True, help="Which; repeatable."
)
@click.option("--reason", metavar="TEXT", required=True, help="Why it is accepted.")
@click.option("--link", metavar="URL", help="Where more is told, such as an issue.")
@click.option("--expires", metavar="DATE", help="The last day; `never` takes a date away.")
@click.option("--uncertain", is_flag=True, help="Not every run shows it; it may also pass.")
@click.option(
    "--baseline",
    "file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"{_BASELINE_HELP} It need not exist.",
)
def accept(run: Path, file: Path | None, **asked: Any) -> None:
    """Accept what a run found against a clause.

    RUN is its directory, or its verdict.json. What is accepted is what was unexpected. An
    entry that the clause has already gets the new wrongs and the new reason, and keeps its
    link and its date unless new ones are given.
    """
    from conformance.cli import baseline_life  # noqa: PLC0415 - start-up time

    wanted = baseline_life.Asked(
        clauses=asked["clauses"],
        reason=asked["reason"],
        link=asked["link"],
        expires=asked["expires"],
        is_uncertain=asked["uncertain"],
    )
    baseline_life.accept(run, _named(file, "--baseline FILE"), wanted)


@baseline.command()
@_RUN
@click.option(
    "--baseline",
    "file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_BASELINE_HELP,
)
def prune(run: Path, file: Path | None) -> None:
    """Remove the entries of clauses that pass in a run.

    RUN is its directory, or its verdict.json. Nothing else is removed: neither what fails,
    expired or not, nor what was not judged.
    """
    from conformance.cli import baseline_life  # noqa: PLC0415 - start-up time

    baseline_life.prune(run, _named(file, "--baseline FILE"))


def _named(file: Path | None, how: str) -> Path:
    if file is None:
        raise UsageError(f"name the baseline: {how}, or `baseline` in pyproject.toml or wfc.toml")
    return file
