"""`wfc list`: what the suite has, as a table for people or as JSON for programs."""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING, Any

import click

from conformance.cli import sources
from conformance.cli.printing import width

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def show_list(what: str, *, as_json: bool) -> None:
    """Show a list.

    Args:
        what: one of the kinds that the command knows.
        as_json: for programs; all that is known, not only what fits a table.
    """
    things = _THINGS[what]()
    if as_json:
        click.echo(_json(things))
        return
    rows = [_ROWS[what](thing) for thing in things]
    for line in table(rows, width() if sys.stdout.isatty() else None):
        click.echo(line)


def table(rows: Sequence[Sequence[str]], columns: int | None) -> list[str]:
    """Lay out rows: narrow cells first, the last one with what room is left.

    Args:
        rows: of cells, the same number in each.
        columns: to fill; None for one line a row, however long.

    Returns:
        Lines of text.
    """
    if not rows:
        return []
    *widths, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    lines: list[str] = []
    for *cells, text in rows:
        head = "".join(f"{cell:<{room}}  " for cell, room in zip(cells, widths, strict=True))
        room = (columns or sys.maxsize) - len(head)
        first, *rest = textwrap.wrap(text, max(20, room)) or [""]
        lines.append((head + first).rstrip())
        lines += [" " * len(head) + more for more in rest]
    return lines


def _json(things: tuple[Any, ...]) -> str:
    import msgspec  # noqa: PLC0415 - start-up time

    # A NamedTuple would become an array without names.
    named = [one._asdict() if hasattr(one, "_asdict") else one for one in things]
    return msgspec.json.format(msgspec.json.encode(named), indent=1).decode()


def _clauses() -> tuple[Any, ...]:
    from conformance.contract.clauses import CLAUSES  # noqa: PLC0415 - start-up time

    return CLAUSES


def _profiles() -> tuple[Any, ...]:
    from conformance.contract.profiles import PROFILES  # noqa: PLC0415 - start-up time

    return tuple(PROFILES.values())


_THINGS: dict[str, Callable[[], tuple[Any, ...]]] = {
    "clauses": _clauses,
    "fakes": sources.fakes,
    "mutants": sources.mutants,
    "profiles": _profiles,
    "scenarios": sources.scenarios,
}

_ROWS: dict[str, Callable[[Any], tuple[str, ...]]] = {
    "clauses": lambda one: (one.id, one.level, one.text),
    "fakes": lambda one: (one.name, one.text),
    "mutants": lambda one: (one.name, " ".join(one.clauses), one.text),
    "profiles": lambda one: (one.name, f"{len(one.deviations)} deviations", one.title),
    "scenarios": lambda one: (one.id, " ".join(one.clauses), one.text),
}
