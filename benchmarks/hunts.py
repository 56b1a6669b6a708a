"""How soon a machine finds a planted mistake, and how short a story it makes of it.

`python -m benchmarks.hunts --seeds 20` hunts each mutant that a machine is for, once a seed, as
a run of default effort does. It says how often it was found, after how many seconds and
examples, how long the shrunk stories are beside the shortest that there is (`STORY` of the
mutant), and how many of them leave nothing to chance.
"""

from __future__ import annotations

import importlib
import sys
from collections import Counter
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import click
import msgspec
from rich.table import Table

from benchmarks.results import console
from conformance.cli import sources
from conformance.drive.clock import now_s
from conformance.errors import EnvironmentFault
from conformance.evidence.scenario import Control  # noqa: TC001 - msgspec reads it
from conformance.machines.arena import Arena
from conformance.machines.control import control_of
from conformance.machines.hunt import hunt
from conformance.stage.opening import Search, Wanted, open_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conformance.cli.sources import Mutant
    from conformance.stage.opening import Opened


class Hunted(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one hunt that found the mutant.

    Attributes:
        seed: of the search.
        after_s: seconds until the first failure.
        total_s: seconds until it was shrunk and confirmed.
        examples: how many were played until the first failure.
        steps: how long the story is.
        drawn: what the first failure took.
        told: what the shrunk one takes.
        clause: that it was put down to.
    """

    seed: int
    after_s: float
    total_s: float
    examples: int
    steps: int
    drawn: Control
    told: Control
    clause: str


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """All hunts of one mutant.

    Attributes:
        mutant: its name.
        machine: that it is for.
        shortest: how many steps the shortest story has.
        seeds: how many hunts there were.
        found: those that found it.
    """

    mutant: str
    machine: str
    shortest: int
    seeds: int
    found: tuple[Hunted, ...]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", metavar="[MUTANT]...", nargs=-1)
@click.option("--seeds", metavar="N", default=5, show_default=True, help="Hunts of each.")
@click.option(
    "--json",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("hunts.json"),
    show_default=True,
    help="File for every hunt.",
)
def main(*, names: tuple[str, ...], seeds: int, path: Path) -> None:
    """Hunt the mutants that machines are for.

    Exit codes: 0 each was found by every seed; 1 one was missed; 4 there is no such mutant.
    """
    wanted = [one for one in sources.mutants() if one.machine and (one.name in names or not names)]
    if unknown := set(names) - {one.name for one in wanted}:
        click.echo(f"no machine is for {', '.join(sorted(unknown))}: name mutants with a MACHINE")
        sys.exit(4)
    tallies: list[Tally] = []
    for mutant in wanted:
        tallies.append(_hunted(mutant, range(seeds)))
        click.echo(_told(tallies[-1]))
        path.write_bytes(msgspec.json.format(msgspec.json.encode(tallies)))
    console().print(_table(tallies))
    every = [one for tally in tallies for one in tally.found]
    click.echo(f"median to the first failure, all hunts: {_median_s(every)} s")
    sys.exit(any(len(tally.found) < tally.seeds for tally in tallies))


def _hunted(mutant: Mutant, seeds: Sequence[int]) -> Tally:
    """Hunt one mutant, once a seed."""
    opened = open_run(Wanted(impl=f"mutant:{mutant.name}", profile=mutant.profile))
    try:
        hunts = [_hunt(opened, mutant, seed) for seed in seeds]
    finally:
        opened.run.close()
    module = importlib.import_module(f"reference_impl.mutants.{mutant.name}")
    return Tally(
        mutant=mutant.name,
        machine=mutant.machine,
        shortest=module.STORY,
        seeds=len(seeds),
        found=tuple(one for one in hunts if one is not None),
    )


def _hunt(opened: Opened, mutant: Mutant, seed: int) -> Hunted | None:
    arena = Arena(opened.run, opened.ledger.terms)
    began_s = now_s()
    try:
        found = hunt(arena, mutant.machine, Search(seed=seed))
    except EnvironmentFault as error:
        click.echo(f"{mutant.name}, seed {seed}: {error}")
        return None
    if found is None:
        return None
    failure = arena.failure
    scenario = found.scenario
    return Hunted(
        seed=seed,
        after_s=round(found.after_s, 2),
        total_s=round(now_s() - began_s, 2),
        examples=found.examples,
        steps=scenario.length,
        drawn=control_of(failure.scenario if failure else scenario),
        told=control_of(scenario),
        clause=scenario.clauses[0],
    )


def _median_s(found: Iterable[Hunted]) -> str:
    """The median time to the first failure."""
    values = [one.after_s for one in found]
    return f"{median(values):.1f}" if values else "-"


def _told(tally: Tally) -> str:
    return f"{tally.mutant}: {len(tally.found)}/{tally.seeds}"


def _table(tallies: Iterable[Tally]) -> Table:
    table = Table(title="hunts")
    for head in ("mutant", "machine", "found", "first after s", "worst", "shortest", "stories"):
        table.add_column(head)
    table.add_column("drawn by")
    table.add_column("told by")
    for tally in tallies:
        table.add_row(*_row(tally))
    return table


def _row(tally: Tally) -> Iterable[str]:
    found = tally.found
    yield tally.mutant
    yield tally.machine
    yield f"{len(found)}/{tally.seeds}"
    yield _median_s(found)
    yield f"{max(one.after_s for one in found):.1f}" if found else "-"
    yield str(tally.shortest)
    yield _counted(one.steps for one in found)
    yield _counted(one.drawn for one in found)
    yield _counted(one.told for one in found)


def _counted(values: Iterable[object]) -> str:
    """Say how often each value came, such as `4 x7 5 x1`."""
    return " ".join(f"{value} x{times}" for value, times in sorted(Counter(values).items()))


if __name__ == "__main__":
    main()
