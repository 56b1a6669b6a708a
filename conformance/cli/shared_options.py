"""Options that several commands have, with one name, one default and one help text."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable


class Jobs(click.IntRange):
    """How many processes: a number, or `auto` for as many as there are processors for us."""

    name = "number of processes (or auto)"

    def __init__(self) -> None:
        super().__init__(min=1)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Bring what was given into form.

        Args:
            value: a number, its text, or `auto`.
            param: of the command.
            ctx: of the command.

        Returns:
            The number.
        """
        if value == "auto":
            return len(os.sched_getaffinity(0))
        number: int = super().convert(value, param, ctx)
        return number


def jobs(about: str) -> Callable[[Any], Any]:
    """Make the option `--jobs`.

    Args:
        about: what the processes share.

    Returns:
        What puts it on a command.
    """
    return click.option(
        "--jobs",
        metavar="N",
        type=Jobs(),
        default=1,
        show_default=True,
        help=f"{about} by N processes; auto: one a processor.",
    )


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
