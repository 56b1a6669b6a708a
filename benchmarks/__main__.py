"""`python -m benchmarks`: measure, print a table, write a file of pyperf's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmarks import machines, results, starts, suite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.results import Comparison

_REFERENCE = "py:reference_impl:make"
#: A start takes no time: the more of them, the better the median.
_STARTS_A_ROUND = 10


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", metavar="N", default=5, show_default=True, help="Rounds of each.")
@click.option(
    "--examples", metavar="N", default=40, show_default=True, help="Of a machine and round."
)
@click.option(
    "--spark", metavar="VENV", envvar="WFC_BENCH_SPARK", default="", help="A venv with PySpark."
)
@click.option(
    "--suite-rounds", metavar="N", default=1, show_default=True, help="Of the suite; 0: none."
)
@click.option(
    "--json",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("benchmarks.json"),
    show_default=True,
    help="File for pyperf.",
)
def main(rounds: int, examples: int, spark: str, suite_rounds: int, path: Path) -> None:
    """Measure what the suite costs, against the same work without it."""
    implementations = {"reference": _REFERENCE} | ({"Spark": f"spark:{spark}"} if spark else {})
    console = results.console()
    found: list[Comparison] = []
    for one in _measure(implementations, (rounds, examples, suite_rounds)):
        found += one
        results.write(found, path)
    console.print(results.table(found))
    console.print(f"\nratio: how many times as long; every value is in {path}")


def _measure(
    implementations: dict[str, str], numbers: tuple[int, int, int]
) -> Iterator[list[Comparison]]:
    rounds, examples, suite_rounds = numbers
    yield [starts.compare(rounds * _STARTS_A_ROUND)]
    for label, impl in implementations.items():
        yield machines.compare(impl, label, rounds, examples)
        if suite_rounds:
            yield [suite.compare(impl, label, suite_rounds)]


if __name__ == "__main__":
    main()
