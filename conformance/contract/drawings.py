"""Pages drawn from the tables: lifecycles as Mermaid, clauses as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.contract import lifecycles
from conformance.contract.clause import LINES, Clause, Level, span
from conformance.contract.clauses import CLAUSES, FAMILIES
from conformance.contract.profiles import PROFILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from enum import StrEnum

    from conformance.contract.lifecycles import E, S
    from conformance.contract.profiles import Profile

_DRAWN = "<!-- Drawn from the tables by docs/draw.py; do not edit. -->"

_LIFECYCLES_HEAD = f"""\
{_DRAWN}

# Lifecycles

A move that is not drawn is illegal. The tables stand in `conformance/contract/lifecycles.py`.
"""

_CLAUSES_HEAD = f"""\
{_DRAWN}

# Clauses

Each clause is one testable sentence. *Lines* are the Spark lines it binds; *page* is the item
of the internals page that says it; *needs* is what it takes to observe it:

- `fakes`: the suite's own daemons and workers
- `caller`: what the caller of the factory gets
- `log`: the implementation's log lines
- `inspect`: a view of its registry and pool
- `env`: requests through SparkEnv
- `daemon`: the implementation's own daemon module
- `source`: it can be read in the source alone

A level with a star differs in single lines, and a clause with a dagger marks a defect: Spark
breaks it itself, a new implementation should not. *Known deviations* are facts about Spark
releases, not permissions; "sometimes" marks those that not every run shows. Keys of the
evidence: [J] bytecode of the release's jar, [P] its Python source, [E1] to [E10] runs of the
real class with scripted daemons. `wfc explain CLAUSE` shows the source of a clause.
"""


def mermaid(table: Mapping[tuple[S, E], S], start: S) -> str:
    """Draw a lifecycle.

    Args:
        table: its moves.
        start: where it begins.

    Returns:
        A Mermaid state diagram; events that lead the same way share an arrow.
    """
    arrows: dict[tuple[S, S], list[str]] = {}
    for (state, event), after in table.items():
        arrows.setdefault((state, after), []).append(event.value)
    states = dict.fromkeys(state for arrow in arrows for state in arrow)
    left = {state for state, after in arrows if state is not after}
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{state.value}" as {_name(state)}' for state in states]
    lines.append(f"    [*] --> {_name(start)}")
    for (state, after), events in arrows.items():
        label = ", ".join(events)
        lines.append(f"    {_name(state)} --> {_name(after)}: {label}")
    lines += [f"    {_name(state)} --> [*]" for state in states if state not in left]
    return "\n".join(lines) + "\n"


def draw_lifecycles() -> str:
    """Draw docs/lifecycles.md.

    Returns:
        The page.
    """
    factory = mermaid(lifecycles.FACTORY, lifecycles.FACTORY_START)
    daemon = mermaid(lifecycles.DAEMON, lifecycles.DAEMON_START)
    worker = mermaid(lifecycles.WORKER, lifecycles.WORKER_START)
    drawn = {"Factory": factory, "Daemon": daemon, "Worker": worker}
    parts = [f"## {title}\n\n```mermaid\n{text}```\n" for title, text in drawn.items()]
    return "\n".join([_LIFECYCLES_HEAD, *parts])


def draw_clauses() -> str:
    """Draw docs/clauses.md.

    Returns:
        The page.
    """
    tables = [_draw_family(title, clauses) for title, clauses in FAMILIES.items()]
    return "\n".join([_CLAUSES_HEAD, _draw_counts(), *tables])


def _name(state: StrEnum) -> str:
    """Make an identifier of a state."""
    return state.name.lower()


def _draw_counts() -> str:
    """Count the clauses of each profile by level."""
    rows = [_count(profile) for profile in PROFILES.values()]
    head = ["profile", *(level.value for level in Level), "not applicable"]
    return "## Profiles\n\n" + _table(head, rows)


def _count(profile: Profile) -> list[str]:
    """Count the clauses of one profile: its name, each level, the rest."""
    levels = [profile.level(one) for one in CLAUSES if profile.applies(one)]
    counts = [str(levels.count(level)) for level in Level]
    return [f"`{profile.name}`", *counts, str(len(CLAUSES) - len(levels))]


def _draw_family(title: str, clauses: Iterable[Clause]) -> str:
    """Draw one family's table."""
    head = ["id", "level", "clause", "lines", "page", "needs", "known deviations"]
    return f"## {title}\n\n" + _table(head, [_row(one) for one in clauses])


def _row(clause: Clause) -> list[str]:
    """Draw one clause as the cells of a row."""
    return [
        clause.id + ("†" if clause.defect else ""),
        clause.level + ("\\*" if clause.levels else ""),
        clause.text,
        span(clause),
        "" if clause.page is None else str(clause.page),
        ", ".join(need.value for need in clause.needs),
        "; ".join(_deviations(clause)),
    ]


def _deviations(clause: Clause) -> list[str]:
    """Say what Spark lines break of a clause, equal deviations together."""
    lines: dict[str, list[str]] = {}
    for line in LINES:
        for one in PROFILES[f"spark-{line}"].known(clause.id):
            how = one.how if one.certain else f"sometimes: {one.how}"
            lines.setdefault(how, []).append(line)
    return [f"{_range(of)}: {how.rstrip('.')}" for how, of in lines.items()]


def _range(lines: list[str]) -> str:
    """Write neighbouring lines as a range."""
    if len(lines) == len(LINES):
        return "all"
    return lines[0] if len(lines) == 1 else f"{lines[0]} to {lines[-1]}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    """Write a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells) + "\n"
