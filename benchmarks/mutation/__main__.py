"""`python -m benchmarks.mutation`: mutate the reference, judge every mutant, account for it."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from benchmarks.mutation import survivors
from benchmarks.mutation.judging import FIXED, PACKAGE, ROUNDS, Judgement, Outcome, judge
from benchmarks.mutation.mutations import Mutant, Mutation, changes, mutants
from conformance.door.find import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.mutation.judging import Round
    from benchmarks.mutation.survivors import Account, Survivor

#: Where the reference keeps the factory's part of the contract.
MODULES = ("factory", "pool", "registry", "auth", "attempt", "keeper", "handshake")

#: The reference itself is judged after every so many mutants.
_CONTROL_EVERY = 40
_CONTROL = "none"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--module", "modules", multiple=True, type=click.Choice(MODULES), help="Repeatable.")
@click.option("--function", metavar="TEXT", default="", help="Only where this is in the name.")
@click.option("--listed", "is_listed_only", is_flag=True, help="Only the known survivors.")
@click.option("--fixed", "is_fixed_only", is_flag=True, help="No machines.")
@click.option("--jobs", metavar="N", default=4, show_default=True, help="Runs at a time.")
@click.option(
    "--json",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("mutation.json"),
    show_default=True,
    help="File for all judgements.",
)
def main(  # noqa: PLR0913 - one for each option
    *,
    modules: Sequence[str],
    function: str,
    is_listed_only: bool,
    is_fixed_only: bool,
    jobs: int,
    path: Path,
) -> None:
    """Judge mutants of the reference by the scenarios.

    What is listed as equivalent is not put before the machines, who would search in vain.

    Exit codes: 0 every survivor is listed and every listed one survived; 1 not so; 3 one
    could not be judged, or the reference itself failed.
    """
    chosen = modules or MODULES
    listed = {
        mutation: entry
        for mutation, entry in survivors.parse(survivors.FILE.read_bytes()).items()
        if mutation.module in chosen and function in mutation.function
    }
    wanted = [
        one
        for module in chosen
        for one in mutants(module, _source(module), changes(_source(module)))
        if function in one.mutation.function and (one.mutation in listed or not is_listed_only)
    ]
    equivalent = {one for one, entry in listed.items() if entry.kind == "equivalent"}
    spared = [one for one in wanted if is_fixed_only or one.mutation in equivalent]
    others = [one for one in wanted if one not in spared]
    everyone = [(spared, FIXED), (others, ROUNDS)]
    sys.exit(_tell(_judged(everyone, jobs, path), listed))


def _source(module: str) -> str:
    return (ROOT / PACKAGE / f"{module}.py").read_text(encoding="utf-8")


def _judged(
    everyone: Iterable[tuple[Sequence[Mutant], Sequence[Round]]], jobs: int, path: Path
) -> list[Judgement]:
    """Judge all, each in the rounds that it stands with, and tell of each as it comes."""
    found: list[Judgement] = []
    for some, rounds in everyone:
        judged = judge(_with_controls(some), jobs, rounds)
        for number, judgement in enumerate(judged, 1):
            found.append(judgement)
            click.echo(f"{number}/{len(some)} {_told(judgement)}")
            path.write_bytes(msgspec.json.format(msgspec.json.encode(found)))
    return found


def _with_controls(wanted: Sequence[Mutant]) -> Iterable[Mutant]:
    for number, mutant in enumerate(wanted):
        if number % _CONTROL_EVERY == 0:
            module = mutant.mutation.module
            name = f"control {number // _CONTROL_EVERY + 1}"
            none = Mutation(module=module, function=name, operator=_CONTROL, was="", becomes="")
            yield Mutant(none, _source(module))
        yield mutant


def _told(judgement: Judgement) -> str:
    mutation = judgement.mutant.mutation
    by = f" {' '.join(judgement.clauses)} ({_by(judgement.round)})" if judgement.clauses else ""
    change = f": {mutation.was} -> {mutation.becomes}" if mutation.was else ""
    where = f"{mutation.module} {mutation.function}, {mutation.operator}{change}"
    return f"{judgement.outcome}{by}  {where}  {judgement.seconds} s"


def _by(how: Round) -> str:
    return how.profile if how.effort == "none" else f"{how.profile}, machines"


def _tell(judgements: Sequence[Judgement], listed: dict[Mutation, Survivor]) -> int:
    """Print the account; the exit code follows from it."""
    controls = [one for one in judgements if one.mutant.mutation.operator == _CONTROL]
    judged = [one for one in judgements if one not in controls]
    broken = [one for one in controls if one.outcome is not Outcome.SURVIVED]
    broken += [one for one in judged if one.outcome is Outcome.UNCLEAR]
    survived = [one.mutant.mutation for one in judged if one.outcome is Outcome.SURVIVED]
    told = survivors.account([one.mutant.mutation for one in judged], survived, listed)
    for one in broken:
        click.echo(f"\nNOT JUDGED  {_told(one)}, exit {one.exit_code}\n{one.reason}")
    for mutation in told.unlisted:
        click.echo(f"\nNOT LISTED\n{survivors.as_entry(mutation)}")
    for mutation in told.stale:
        click.echo(f"\nLISTED, BUT DID NOT SURVIVE\n{survivors.as_entry(mutation)}")
    _print_score(judged, told, len(controls))
    if broken:
        return 3
    return 1 if told.unlisted or told.stale else 0


def _print_score(judged: Sequence[Judgement], told: Account, controls: int) -> None:
    outcomes = Counter(one.outcome for one in judged)
    click.echo(
        "\n"
        + " · ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
        + f" · {controls} controls"
    )
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(told.kinds.items()))
    click.echo(f"survivors: {kinds or 'none listed'}, {len(told.unlisted)} not listed")
    click.echo(
        f"{told.score('equivalent'):.1f} % of those that do something else are killed, "
        f"{told.score('equivalent', 'beyond'):.1f} % of those that break a clause"
    )


if __name__ == "__main__":
    main()
