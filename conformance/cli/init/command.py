"""The command `wfc init` and its options; what it does is imported when it is asked for."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.drive import interrupts


@click.command()
@click.option(
    "--kind",
    type=click.Choice(["python", "jvm", "command"]),
    help="What the adapter is written in; command is any language, by an example in Node.js.  "
    "[default: guessed from DIR's files, else python]",
)
@click.option(
    "--name",
    metavar="NAME",
    default="conformance_adapter",
    show_default=True,
    help="The adapter's, as a module of Python is named.",
)
@click.option("--force", is_flag=True, help="Overwrite files that exist, and settings.")
@click.argument(
    "directory",
    metavar="[DIR]",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
def init(directory: Path, *, kind: str | None, name: str, force: bool) -> None:
    """Write a starting adapter, settings and a CI workflow into a repository.

    The adapter runs at once: around a stand-in for a factory, which breaks clauses. Put your
    own in its place. Settings go to pyproject.toml, or where there is none to wfc.toml.
    """
    from conformance.cli.init.writing import write_start  # noqa: PLC0415 - start-up time

    with interrupts.current().at_once():
        click.echo(write_start(directory, kind=kind, name=name, is_forced=force))
