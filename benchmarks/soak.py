"""Plays many generated examples by random seeds and counts what came of them.

`python -m benchmarks.soak --impl KIND:ID --examples N` says of every machine how many examples
and steps it played, how fast, what is recorded of what it met, and what failed.
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.drive.clock import now_s
from conformance.machines.arena import Arena
from conformance.machines.cases import keep, keep_unconfirmed
from conformance.machines.explore import explore, settings_for
from conformance.machines.hunt import settle
from conformance.observe import processes
from conformance.plan.repertoire import REPERTOIRES
from conformance.stage.opening import Wanted, open_run

if TYPE_CHECKING:
    from conformance.stage.opening import Opened

#: Examples by one seed.
_ROUND = 50
_SEEDS = 2**32


@click.command()
@click.option("--impl", required=True, metavar="KIND:ID", help="The implementation.")
@click.option("--profile", default="", metavar="NAME", help="What to judge by.")
@click.option("--examples", default=200, show_default=True, help="How many of each machine.")
@click.option("--machine", "machines", multiple=True, type=click.Choice(list(REPERTOIRES)))
@click.option(
    "--out",
    default="wfc-report/soak",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where failures are written.",
)
def main(impl: str, profile: str, examples: int, machines: tuple[str, ...], out: Path) -> None:
    """Play many generated examples on one implementation; exit 1 if anything failed."""
    opened = open_run(Wanted(impl=impl, profile=profile))
    try:
        totals = [_soak(opened, name, examples, out.absolute()) for name in machines or REPERTOIRES]
    finally:
        opened.run.close()
    played, failed = (sum(column) for column in zip(*totals, strict=True))
    left = processes.with_variable("WFC_TOKEN", opened.run.token)
    click.echo(f"{played} examples, {failed} failures, {len(left)} processes left")
    sys.exit(bool(left or failed))


def _soak(opened: Opened, name: str, examples: int, out: Path) -> tuple[int, int]:
    """Play one machine; every failure is shrunk, kept, and counted."""
    arena = Arena(opened.run, opened.ledger.terms)
    began_s, failed = now_s(), 0
    while arena.examples < examples:
        number = secrets.randbelow(_SEEDS)
        explore(arena, name, settings_for(min(_ROUND, examples - arena.examples)), number)
        if arena.failure is not None:
            failed += 1
            click.echo(f"FAILURE {name} seed {number}: {arena.failure.findings[0]}")
            found = settle(arena, arena.failure, name, number)
            file = keep(arena, found, out).file if found else ""
            click.echo(f"  {file or keep_unconfirmed(arena, arena.failure, out)}")
            arena.failure = None
    known = ", ".join(f"{clause} {times}" for clause, times in sorted(arena.known.items()))
    speed = arena.steps / (now_s() - began_s)
    click.echo(
        f"{name}: {arena.examples} examples, {arena.steps} steps, {speed:.0f} steps/s, "
        f"{failed} failures; recorded: {known or 'none'}"
    )
    return arena.examples, failed


if __name__ == "__main__":
    main()
