"""Options that several commands have, with one name, one default and one help text."""

from __future__ import annotations

import click

CLAUSES = click.option(
    "--clause", "clauses", metavar="GLOB", multiple=True, help="Only these clauses; repeatable."
)
EFFORT = click.option(
    "--effort",
    type=click.Choice(["quick", "default", "thorough", "none"]),
    default="default",
    show_default=True,
    help="How long the machines search; none leaves them out.",
)
