"""`wfc analyze`: a stored run, weighed again by today's contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from conformance.check.verdicts import weigh
from conformance.cli.account import unsteady
from conformance.cli.conclusion import conclude
from conformance.cli.established import read_established
from conformance.cli.printing import print_end, print_run, print_updates
from conformance.cli.rendering import draw_again
from conformance.contract.clauses import CLAUSES
from conformance.contract.profiles import find_profile
from conformance.report.files import replace_file
from conformance.report.verdict_file import count, encode, entries, musts, read
from conformance.stage.ledger import terms_by

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.check.verdicts import Terms
    from conformance.cli.baseline import Baseline
    from conformance.cli.established import Ended, Stored
    from conformance.evidence.findings import ClauseResult
    from conformance.report.verdict_file import VerdictFile


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What `wfc analyze` was asked.

    Attributes:
        profile: name of what to judge by; that of the run if empty.
        baseline: known deviations.
        score_should: whether a SHOULD counts like a MUST; as in the run if None.
        is_gate: whether INCOMPLETE counts as inconclusive.
        is_writing: whether the run's files are replaced.
    """

    profile: str
    baseline: Baseline
    score_should: bool | None
    is_gate: bool
    is_writing: bool


def analyze(place: Path, asked: Asked) -> int:
    """Weigh a stored run again, and show it.

    Args:
        place: the run's directory, or its verdict.json.
        asked: by what.

    Returns:
        The exit code that the run would have.

    Raises:
        UsageError: if there is no such run, or it cannot be read.
    """
    directory = place if place.is_dir() else place.parent
    old, stored = read(place), read_established(directory)
    new = weighed_again(old, stored, asked)
    if asked.is_writing:
        replace_file(directory / "verdict.json", encode(new))
        draw_again(new, directory)
    print_run(new.placed(directory))
    for line in changes(old, new):
        click.echo(line)
    if asked.is_writing:
        print_end(new, directory)
    else:
        print_updates(new, directory)
    return 2 if new.exit_code is None else new.exit_code


def weighed_again(old: VerdictFile, stored: Stored, asked: Asked) -> VerdictFile:
    """Weigh what the tests of a run established.

    Args:
        old: the run as it was judged.
        stored: what its tests established.
        asked: by what to judge.

    Returns:
        The run as it is judged now.
    """
    score_should = old.score_should if asked.score_should is None else asked.score_should
    terms = terms_by(
        find_profile(asked.profile or old.profile),
        stored.opening.own_profile,
        stored.opening.excluded,
        is_selection=stored.opening.is_selection,
        score_should=score_should,
    )
    base = asked.baseline
    terms = msgspec.structs.replace(terms, known=(*base.known, *terms.known), expired=base.expired)
    results = tuple(_results(stored.tests, terms))
    came = conclude(results, terms, old.state, old.errors, is_gate=asked.is_gate)
    clauses = entries(results, terms.profile)
    total, verified = musts(clauses)
    return msgspec.structs.replace(
        old,
        profile=terms.profile.name,
        baseline=base.file,
        score_should=score_should,
        is_gate=asked.is_gate,
        clauses=clauses,
        counts=count(clauses),
        verdict=came.verdict,
        exit_code=came.exit_code,
        must_total=total,
        must_verified=verified,
    )


def changes(old: VerdictFile, new: VerdictFile) -> Iterator[str]:
    """Tell which clauses came out otherwise.

    Args:
        old: the run as it was judged.
        new: as it is judged now.

    Yields:
        A line for each.
    """
    before = {one.clause: one.verdict for one in old.clauses}
    for one in new.clauses:
        was = before.get(one.clause)
        if was != one.verdict:
            yield f"changed  {one.clause}  {was or 'not known'} → {one.verdict}"


def _results(tests: tuple[Ended, ...], terms: Terms) -> Iterator[ClauseResult]:
    rounds = range(1, max((one.round for one in tests), default=1) + 1)
    by_round = [[one.entry for one in tests if one.round == number] for number in rounds]
    for clause in CLAUSES:
        result = weigh(clause, (one.entry for one in tests), terms)
        if len(by_round) > 1:
            result = unsteady(result, [weigh(clause, of, terms).verdict for of in by_round])
        yield result
