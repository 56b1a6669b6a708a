"""The kill matrix as text: a line for each mutant, and what it comes to."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from conformance.report.failure import shorten
from conformance.report.kill_matrix import Fate
from conformance.report.paint import Paint, plainly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.report.kill_matrix import KillMatrix, MutantEntry

_COLOURS = {
    Fate.KILLED: "green",
    Fate.SURVIVED: "red",
    Fate.UNEXPECTED: "red",
    Fate.NO_HANDSHAKE: "red",
    Fate.ERROR: "magenta",
}
#: Fates that are told again at the end, the worst first.
_TOLD_AGAIN = (Fate.SURVIVED, Fate.UNEXPECTED, Fate.NO_HANDSHAKE, Fate.ERROR)
_INDENT = " " * 12


def entry_line(entry: MutantEntry, width: int, paint: Paint = plainly) -> str:
    """Tell of one mutant in one line.

    Args:
        entry: of the mutant.
        width: columns to fill.
        paint: colours a text.

    Returns:
        The line.
    """
    clause = entry.kill.clause if entry.kill else entry.clauses[0]
    seconds = f"{entry.kill.after_s:.2f} s" if entry.kill else ""
    head = f"{entry.fate:<12}  "
    text = f"{entry.name:<32}  {clause:<10}  {seconds:>7}  "
    said = entry.by if entry.fate is Fate.KILLED else entry.reason
    return paint(head, _COLOURS[entry.fate]) + text + shorten(said, width - len(head + text))


def summary(matrix: KillMatrix, asked: int, width: int, paint: Paint = plainly) -> Iterator[str]:
    """Say what a run over mutants comes to.

    Args:
        matrix: the run.
        asked: how many mutants were to be played.
        width: columns to fill.
        paint: colours a text.

    Yields:
        Lines of text.
    """
    yield ""
    for entry in matrix.having(*_TOLD_AGAIN):
        yield from _in_full(entry, width, paint)
    for row in matrix.missing:
        told = f"{paint('no mutant', 'red')}     {row.clause}  {row.level}  "
        yield told + shorten(row.text, width - 32)
    for error in matrix.errors:
        yield from _wrapped(f"{paint('error of the suite', 'magenta')}  ", error, width)
    yield from _counts(matrix)
    yield _verdict(matrix, asked, paint)


def _in_full(entry: MutantEntry, width: int, paint: Paint) -> Iterator[str]:
    yield f"{paint(entry.fate, _COLOURS[entry.fate])}  {entry.name}  {entry.clauses[0]}"
    yield from _wrapped("  does        ", entry.text, width)
    yield from _wrapped("  because     ", entry.reason, width)
    for fall in entry.unexpected:
        yield from _wrapped(f"  {fall.clause:<12}", f"{fall.wrong}: {fall.test}", width)
        yield from _wrapped("    expected  ", fall.expected, width)
        yield from _wrapped("    actual    ", fall.actual, width)
    yield f"  again       wfc mutants {entry.name}"
    yield ""


def _wrapped(head: str, text: str, width: int) -> Iterator[str]:
    lines = textwrap.wrap(" ".join(text.split()), max(20, width - 14), break_on_hyphens=False)
    for number, line in enumerate(lines or [""]):
        yield f"{head if number == 0 else ' ' * 14}{line}"


def _counts(matrix: KillMatrix) -> Iterator[str]:
    dead = matrix.having(Fate.KILLED)
    by_machine = sum(bool(one.machine) for one in dead)
    number = len(matrix.mutants)
    counts = [f"{number} mutant" if number == 1 else f"{number} mutants"]
    counts += [f"{n} {fate}" for fate in Fate if (n := len(matrix.having(fate)))]
    yield " · ".join(counts)
    if dead:
        yield (
            f"{len(dead) - by_machine} by a fixed scenario · {by_machine} by a machine · "
            f"median {matrix.median_s:.2f} s to a kill"
        )
    without = [row for row in matrix.clauses if row.reason]
    if matrix.clauses:
        having = sum(bool(row.mutants) for row in matrix.clauses)
        yield (
            f"{len(matrix.clauses)} clauses · {having} have a mutant · {len(without)} have none "
            f"for a reason · {len(matrix.missing)} miss one"
        )


def _verdict(matrix: KillMatrix, asked: int, paint: Paint) -> str:
    facts = [f"{matrix.seconds:.1f} s", f"{matrix.jobs} at a time"]
    if matrix.is_whole:
        facts.insert(0, "each in every fixed scenario")
    if matrix.renewed:
        facts.append(f"{len(matrix.renewed)} renewed since")
    facts.append(f"exit {matrix.exit_code}")
    if matrix.state == "interrupted":
        said = paint("INTERRUPTED", "yellow") + f" after {len(matrix.mutants)} of {asked}"
    elif matrix.exit_code:
        said = paint("NOT PROVEN", "red")
    else:
        said = paint("ALL KILLED", "green")
    return f"{said}  {' · '.join(facts)}"
