"""`python -m benchmarks.interplay`: each factory with each daemon, in one table.

Writes docs/interplay.json; `python docs/draw.py` draws the page from it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from benchmarks.verdicts import first_finding, playing
from conformance.check.verdicts import weigh
from conformance.contract.clauses import find
from conformance.door.find import ROOT
from conformance.evidence.findings import Verdict
from conformance.report.interplay import Interplay, Pair, cell, read_interplay
from conformance.stage.opening import Search, Wanted

_FILE = ROOT / "docs" / "interplay.json"
_SCENARIOS = ("scenarios/test_end_to_end.py", "scenarios/test_end_to_end_daemon.py")


class Side(NamedTuple):
    """A factory, or a daemon.

    Attributes:
        name: in the table.
        id: KIND:ID of a factory, `{}` being its environment; dotted name of a daemon module.
        release: of the Spark whose environment has it; empty for ours.
    """

    name: str
    id: str
    release: str = ""


FACTORIES = (
    Side("reference", "py:reference_impl:make"),
    Side("Spark 3.5.9", "spark:{}", "3.5.9"),
    Side("Spark 4.3.0", "spark:{}", "4.3.0"),
)
DAEMONS = (
    Side("reference", "reference_impl.daemon"),
    Side("pyspark 3.5.9", "pyspark.daemon", "3.5.9"),
    Side("pyspark 4.3.0", "pyspark.daemon", "4.3.0"),
    Side("well_behaved", "fake_daemons.well_behaved"),
)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--envs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Directory of environments named spark-RELEASE; without it ours alone are played.",
)
def main(envs: Path | None) -> None:
    """Play the end-to-end scenarios on each pair; exit 1 if one does not work."""
    played = read_interplay(_FILE.read_bytes()) if _FILE.exists() else Interplay()
    fresh: list[Pair] = []
    for factory in FACTORIES:
        for daemon in DAEMONS:
            if _is_at_hand(factory, envs) and _is_at_hand(daemon, envs):
                fresh.append(play(factory, daemon, envs))
                click.echo(f"{factory.name:12} {daemon.name:14} {cell(fresh[-1])}")
    by_names = {(one.factory, one.daemon): one for one in (*played.pairs, *fresh)}
    names = [(factory.name, daemon.name) for factory in FACTORIES for daemon in DAEMONS]
    merged = Interplay(pairs=tuple(by_names[one] for one in names if one in by_names))
    _FILE.write_bytes(msgspec.json.format(msgspec.json.encode(merged), indent=1) + b"\n")
    sys.exit(0 if all(one.is_working for one in fresh) else 1)


def _place(side: Side, envs: Path | None) -> Path:
    return (envs or Path()).absolute() / f"spark-{side.release}"


def _is_at_hand(side: Side, envs: Path | None) -> bool:
    return not side.release or (envs is not None and _place(side, envs).is_dir())


def play(factory: Side, daemon: Side, envs: Path | None) -> Pair:
    """Play the scenarios on a pair.

    Args:
        factory: that starts the daemon.
        daemon: that it starts.
        envs: directory of environments.

    Returns:
        What came of it.

    Raises:
        SuiteError: if the scenarios were not played to their end.
    """
    wanted = Wanted(
        impl=factory.id.format(_place(factory, envs)),
        daemon=daemon.id,
        python=str(_place(daemon, envs)) if daemon.release else "",
        search=Search(effort="none"),
    )
    with playing(wanted, _SCENARIOS, f"{factory.name} with {daemon.name}") as opened:
        established = opened.ledger.established
        claimed = dict.fromkeys(clause for one in established for clause in one.claimed)
        results = [weigh(find(one), established, opened.ledger.terms) for one in claimed]
    plain = (Verdict.PASS, Verdict.NOT_APPLICABLE)
    return Pair(
        factory=factory.name,
        daemon=daemon.name,
        profile=opened.ledger.terms.profile.name,
        clauses={one.clause: one.verdict for one in results},
        reasons={
            one.clause: one.reason or first_finding(one.findings)
            for one in results
            if one.verdict not in plain
        },
        tests=len(established),
    )


if __name__ == "__main__":
    main()
