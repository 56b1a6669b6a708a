"""The mutants that there are, those that were asked for, and the clauses they are for."""

from __future__ import annotations

import difflib
from fnmatch import fnmatchcase
from pathlib import Path  # noqa: TC003 - msgspec reads it
from typing import TYPE_CHECKING

import msgspec

from conformance.cli import sources
from conformance.contract.clauses import CLAUSES, find
from conformance.contract.profiles import find_profile
from conformance.contract.unbroken import reason_unbroken
from conformance.errors import SuiteError, UsageError
from conformance.plan.repertoire import REPERTOIRES
from conformance.report.kill_matrix import ClauseRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conformance.cli.sources import Mutant
    from conformance.report.kill_matrix import KillMatrix, MutantEntry


class Gallery(msgspec.Struct, frozen=True, kw_only=True):
    """Where mutants hang, and what they were made of.

    Attributes:
        directory: of their modules.
        impl: KIND:ID of a mutant, with `{}` for its name.
        reference: KIND:ID of what they were made of.
    """

    directory: Path = sources.ROOT / "reference_impl" / "mutants"
    impl: str = "mutant:{}"
    reference: str = "py:reference_impl:make"

    def mutants(self) -> tuple[Mutant, ...]:
        """Find all mutants, and see that their declarations make sense.

        Returns:
            The mutants, by name.

        Raises:
            SuiteError: if one declares nothing, or what does not exist.
        """
        found = sources.mutants(self.directory)
        for one in found:
            _check(one)
        return found


def _check(mutant: Mutant) -> None:
    if not mutant.clauses:
        raise SuiteError(f"mutant {mutant.name} has no CLAUSE")
    try:
        find_profile(mutant.profile)
        for clause in mutant.clauses:
            find(clause)
    except UsageError as error:
        raise SuiteError(f"mutant {mutant.name}: {error}") from None
    if mutant.machine and mutant.machine not in REPERTOIRES:
        raise SuiteError(f"mutant {mutant.name}: there is no machine {mutant.machine!r}")


def chosen(mutants: Sequence[Mutant], globs: Sequence[str]) -> tuple[Mutant, ...]:
    """Choose mutants by their names, or by the clauses that they are for.

    Args:
        mutants: all of them.
        globs: shell patterns, such as `daemon_*` or `F-RST-*`; none for all mutants.

    Returns:
        Those that match one, by name.

    Raises:
        UsageError: if a pattern matches nothing.
    """
    if not globs:
        return tuple(mutants)
    wanted: set[str] = set()
    for glob in globs:
        matching = {one.name for one in mutants if _matches(one, glob)}
        if not matching:
            near = difflib.get_close_matches(glob, [one.name for one in mutants])
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise UsageError(f"no mutant matches {glob!r}{hint} (wfc list mutants)")
        wanted |= matching
    return tuple(one for one in mutants if one.name in wanted)


def _matches(mutant: Mutant, glob: str) -> bool:
    return fnmatchcase(mutant.name, glob) or fnmatchcase(mutant.clauses[0], glob)


def outdated(
    old: KillMatrix, everyone: Iterable[Mutant], named: Iterable[Mutant]
) -> tuple[Mutant, ...]:
    """Choose the mutants that a stored run has to be renewed by.

    Args:
        old: the stored run.
        everyone: all mutants.
        named: those that are played in any case.

    Returns:
        Those, and the ones that the run does not know as they are, by name.
    """
    names = {one.name for one in named} | {
        one.name for one in everyone if one not in {_declared(entry) for entry in old.mutants}
    }
    return tuple(one for one in everyone if one.name in names)


def _declared(entry: MutantEntry) -> Mutant:
    """Tell what a mutant said of itself when it was played."""
    return sources.Mutant(entry.name, entry.clauses, entry.text, entry.profile, entry.machine)


def renewed(old: KillMatrix, everyone: Sequence[Mutant]) -> KillMatrix:
    """Take from a stored run what still holds.

    Args:
        old: the stored run.
        everyone: all mutants.

    Returns:
        The run without entries of mutants that are gone, with the clauses as they are now.
    """
    names = {one.name for one in everyone}
    return msgspec.structs.replace(
        old,
        mutants=tuple(one for one in old.mutants if one.name in names),
        renewed=tuple(name for name in old.renewed if name in names),
        clauses=rows(everyone),
    )


def rows(mutants: Iterable[Mutant]) -> tuple[ClauseRow, ...]:
    """Set out the contract with the mutants that are for each clause.

    Args:
        mutants: all of them.

    Returns:
        One row a clause, in the contract's order.
    """
    by_clause: dict[str, list[str]] = {}
    for one in mutants:
        by_clause.setdefault(one.clauses[0], []).append(one.name)
    return tuple(
        ClauseRow(
            clause=clause.id,
            level=clause.level,
            text=clause.text,
            mutants=tuple(by_clause.get(clause.id, ())),
            reason="" if clause.id in by_clause else reason_unbroken(clause),
        )
        for clause in CLAUSES
    )
