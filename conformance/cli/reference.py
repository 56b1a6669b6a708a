"""Reference pages of the documentation, drawn from what the suite has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from conformance.cli.sources import fakes, mutants
from conformance.contract.clause import span
from conformance.contract.clauses import CLAUSES
from conformance.contract.profiles import PROFILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.contract.profiles import Profile

_DRAWN = "<!-- Drawn by docs/draw.py; do not edit. -->"

_FAKES_HEAD = f"""\
{_DRAWN}

# Fakes

Daemons and simple workers, each of which misbehaves in one way: a factory starts one by its
name, `fake_daemons.NAME`, in the place of `pyspark.daemon`. Parameters are variables that begin
with `WFC_`. [The side channel](side-channel.md) tells the faults that they are made of, and
[chaos](chaos.md) those for real jobs. `wfc list fakes` shows this table.
"""

_PROFILES_HEAD = f"""\
{_DRAWN}

# Profiles

A profile says which clauses bind, and what is known of a Spark line. `--profile NAME` chooses
one. *Read* are the releases whose source or bytecode was examined, *run* the one that was
observed. *Recorded* counts what the releases of the line are known to break. All clauses are
[listed](clauses.md).
"""

_COMMANDS_HEAD = f"""\
{_DRAWN}

# Commands, options, exit codes

As each command's `--help` tells them.
"""

_SCHEMAS_HEAD = f"""\
{_DRAWN}

# Schemas

Forms of what programs read and write, as JSON Schema (2020-12). `python docs/write_schemas.py`
makes them from the types that the suite itself uses.
"""


def draw_fakes() -> str:
    """Draw docs/fakes.md.

    Returns:
        The page.
    """
    rows = [[f"`{one.name}`", one.text] for one in fakes()]
    counted = f"{len(rows)} fakes; {len(mutants())} mutants are [the other half](mutants.md).\n"
    return "\n".join([_FAKES_HEAD, _table(["fake", "what it does"], rows), counted])


def draw_profiles() -> str:
    """Draw docs/profiles.md.

    Returns:
        The page.
    """
    head = ["profile", "what it is", "clauses", "recorded"]
    table = _table(head, [_profile(one) for one in PROFILES.values()])
    rest = [[one.id, one.level.value, span(one), one.text] for one in CLAUSES if span(one) != "all"]
    some = "## Clauses that do not bind every line\n"
    return "\n".join(
        [_PROFILES_HEAD, table, some, _table(["id", "level", "lines", "clause"], rest)]
    )


def draw_commands(root: click.Group) -> str:
    """Draw docs/commands.md.

    Args:
        root: the command `wfc`.

    Returns:
        The page.
    """
    sections = [_command(name, command) for name, command in _flat("wfc", root)]
    return "\n".join([_COMMANDS_HEAD, *sections])


def draw_schemas(schemas: Mapping[str, Mapping[str, Any]]) -> str:
    """Draw docs/schemas.md.

    Args:
        schemas: by the name of their file.

    Returns:
        The page.
    """
    rows = [
        [f"[{name}]({name})", schema["title"], ", ".join(f"`{one}`" for one in _fields(schema))]
        for name, schema in schemas.items()
    ]
    return "\n".join([_SCHEMAS_HEAD, _table(["file", "of", "has"], rows)])


def _profile(profile: Profile) -> list[str]:
    bound = sum(profile.applies(one) for one in CLAUSES)
    return [f"`{profile.name}`", profile.title, str(bound), str(len(profile.deviations))]


def _flat(name: str, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    """The commands of a group and of its groups."""
    for word, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _flat(f"{name} {word}", command)
        else:
            yield f"{name} {word}", command


def _command(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name, max_content_width=100, terminal_width=100)
    return f"## {name}\n\n```text\n{command.get_help(context).rstrip()}\n```\n"


def _fields(schema: Mapping[str, Any]) -> Iterable[str]:
    """The fields of what a schema describes, or the methods if it is about messages."""
    if "methods" in schema:
        return list(schema["methods"])
    form = schema["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return list(form["properties"])


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells) + "\n"
