"""docs/mutants.md, drawn from two stored runs: the usual one, and one of every scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.contract.clauses import FAMILIES
from conformance.report.kill_matrix import Fate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.report.kill_matrix import ClauseRow, KillMatrix, MutantEntry

_HEAD = """\
<!-- Drawn by docs/draw.py from mutants.json and mutants-whole.json; do not edit. -->

# Mutants

A check that cannot fail proves nothing. So each mutant in `reference_impl/mutants/` is the
reference with one deliberate mistake, and says which clause that breaks (`CLAUSE`), and which
others the same mistake cannot help breaking (`ALSO`). `wfc mutants` plays them all. A mutant
counts as killed only if it shakes hands, fails its clause, and fails none that it does not
declare. Before them the reference itself, unchanged, passes the same tests: the control.

Most are killed by a fixed scenario. Some need a sequence that no scenario has to have; these
name the machine that finds them. What a machine finds may be put down to any of the clauses
that the mutant declares.

To draw this page anew, with the mutants that are new or declare something else by now:
`wfc mutants --out docs --renew`, the same with `--whole`, then `python docs/draw.py`.
"""
_NOBODY = "nobody has made one yet"
_COLUMNS = ("clause", "level", "mutant", "killed by", "after", "breaks as well")


def draw_mutants(usual: KillMatrix, whole: KillMatrix) -> str:
    """Draw the page.

    Args:
        usual: a run that stopped each mutant at its first expected finding.
        whole: a run of every fixed scenario.

    Returns:
        The page.
    """
    entries = {one.name: one for one in usual.mutants}
    rows = {one.clause: one for one in usual.clauses}
    parts = [_HEAD, "\n".join(_facts(usual, whole))]
    for title, clauses in FAMILIES.items():
        lines = [line for one in clauses for line in _row(rows[one.id], entries)]
        parts.append(f"## {title}\n\n" + _table(lines))
    parts.append("## Clauses without a mutant\n\n" + "\n".join(_without(usual)) + "\n")
    return "\n".join(parts)


def _facts(usual: KillMatrix, whole: KillMatrix) -> Iterator[str]:
    dead = usual.having(Fate.KILLED)
    by_machine = sum(bool(one.machine) for one in dead)
    yield (
        f"- {len(usual.mutants)} mutants, {len(dead)} killed: {len(dead) - by_machine} by a "
        f"fixed scenario, {by_machine} by a machine"
    )
    yield (
        f"- {usual.median_s:.2f} s in the median from the start of a mutant to the finding "
        f"that kills it; {usual.seconds:.0f} s for all, {usual.jobs} at a time"
    )
    having = sum(bool(row.mutants) for row in usual.clauses)
    yield (
        f"- {len(usual.clauses)} clauses, {having} of them with a mutant; the others stand "
        "below, each with the reason"
    )
    yield (
        f"- in every fixed scenario: {len(whole.having(Fate.KILLED))} of "
        f"{len(whole.mutants)} mutants killed, {len(whole.having(Fate.UNEXPECTED))} that broke "
        f"more than they declare ({whole.seconds:.0f} s)"
    )
    yield ""


def _row(row: ClauseRow, entries: dict[str, MutantEntry]) -> Iterator[tuple[str, ...]]:
    if not row.mutants:
        yield row.clause, row.level, "none", row.reason or _NOBODY, "", ""
    for name in row.mutants:
        entry = entries[name]
        yield (
            row.clause,
            row.level,
            f"`{name}`",
            _killer(entry),
            f"{entry.kill.after_s:.2f} s" if entry.kill else "",
            " ".join(entry.clauses[1:]),
        )


def _killer(entry: MutantEntry) -> str:
    if entry.kill is None:
        return f"nobody: {entry.fate}"
    by = entry.by if entry.machine else f"`{entry.by}`"
    is_own = entry.kill.clause == entry.clauses[0]
    return by if is_own else f"{by}, as {entry.kill.clause}"


def _without(usual: KillMatrix) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for row in usual.clauses:
        if not row.mutants:
            reasons.setdefault(row.reason or _NOBODY, []).append(row.clause)
    for reason, clauses in reasons.items():
        yield f"- {', '.join(clauses)}: {reason}."


def _table(rows: list[tuple[str, ...]]) -> str:
    cells = [_COLUMNS, ("---",) * len(_COLUMNS), *rows]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells]
    return "\n".join(lines) + "\n"
