"""`wfc explain`: one clause, with all that the suite knows of it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click

from conformance.cli import sources
from conformance.cli.printing import width
from conformance.contract.clauses import find
from conformance.contract.history import bugs_of
from conformance.contract.profiles import PROFILES
from conformance.contract.unbroken import reason_unbroken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.contract.clause import Clause

#: Column of what follows a label.
_INDENT = 13


def show_clause(clause_id: str) -> None:
    """Show a clause.

    Args:
        clause_id: its id, in capitals or not.
    """
    clause = find(clause_id.upper())
    columns = width()
    click.echo(f"{clause.id}  {clause.level}")
    for line in textwrap.wrap(clause.text, columns, initial_indent="  ", subsequent_indent="  "):
        click.echo(line)
    click.echo()
    for label, text in _facts(clause):
        lines = textwrap.wrap(text, columns - _INDENT, break_on_hyphens=False) or [""]
        for number, line in enumerate(lines):
            click.echo(f"{label if number == 0 else '':<{_INDENT}}{line}")


def _facts(clause: Clause) -> Iterator[tuple[str, str]]:
    yield from _levels(clause)
    yield "source", clause.source
    if clause.page is not None:
        yield "page", f"item {clause.page} of the internals page"
    yield "since", clause.since or "the first Spark line examined"
    yield "until", clause.until or "the newest"
    yield "needs", ", ".join(clause.needs)
    if clause.defect:
        yield "defect", "Spark itself breaks it, at least in some lines"
    yield from _list("tests", _tests(clause), "none")
    yield from _list("mutants", _mutants(clause), f"none: {reason_unbroken(clause)}")
    yield from _list("deviations", _deviations(clause), "none known")
    yield from _list("history", _history(clause), "no bug of it known")


def _levels(clause: Clause) -> Iterator[tuple[str, str]]:
    """Say for which profiles it has which level, and why it does not bind the others."""
    groups: dict[str, list[str]] = {}
    for profile in PROFILES.values():
        reason = profile.reason_not(clause)
        said = "does not apply" if reason else profile.level(clause).value
        if reason and profile.line is None:
            said = f"does not apply ({reason})"
        groups.setdefault(said, []).append(profile.name)
    if len(groups) == 1:
        return _list("level", [f"{next(iter(groups))} in every profile"], "")
    return _list("level", [f"{said}: {_span(names)}" for said, names in groups.items()], "")


def _span(names: list[str]) -> str:
    """Shorten a list of profiles: those that follow one another become `first to last`."""
    order = list(PROFILES)
    runs: list[list[str]] = []
    for name in names:
        if runs and order.index(name) == order.index(runs[-1][-1]) + 1 and name != order[1]:
            runs[-1].append(name)
        else:
            runs.append([name])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)


def _tests(clause: Clause) -> Iterator[str]:
    for one in sources.scenarios():
        if clause.id in one.clauses:
            yield one.id


def _mutants(clause: Clause) -> Iterator[str]:
    for one in sources.mutants():
        if clause.id in one.clauses:
            yield f"{one.name}: {one.text}"


def _deviations(clause: Clause) -> Iterator[str]:
    """List what Spark lines are known to do instead, lines with the same words together."""
    groups: dict[str, list[str]] = {}
    for profile in PROFILES.values():
        for one in profile.known(clause.id):
            groups.setdefault(f"{one.how} ({one.evidence})", []).append(profile.name)
    for said, names in groups.items():
        yield f"{_span(names)}: {said}"


def _history(clause: Clause) -> Iterator[str]:
    """List the bugs of Spark's that broke the clause; docs/history.md has what was measured."""
    for one in bugs_of(clause.id):
        yield f"{one.id} (fixed in {one.fixed}): {one.wrong}"


def _list(label: str, lines: Iterable[str], nothing: str) -> Iterator[tuple[str, str]]:
    found = list(lines) or [nothing]
    for number, line in enumerate(found):
        yield (label if number == 0 else ""), line
