"""What `wfc run` was asked, checked before anything is started."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Any

import msgspec

from conformance.cli.baseline import Baseline, read_baseline
from conformance.errors import UsageError
from conformance.stage.opening import Search, Wanted, seconds_in

#: Where examples are kept from one exploration to the next, below `--out`.
_EXAMPLES = "examples"
#: Seeds that are drawn are smaller.
_SEEDS = 2**32


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What `wfc run` was asked.

    Attributes:
        wanted: what is judged, and by what.
        rounds: how often the suite is played.
        jobs: how many processes play it.
        out: where the runs' directories are made.
        is_gate: whether INCOMPLETE counts as inconclusive.
        is_fail_fast: whether the first failure ends the run.
        is_dry: whether only to list what would run.
        baseline: file of the user's known deviations; empty if there is none.
        command: the command line, for the record.
    """

    wanted: Wanted
    rounds: int = 1
    jobs: int = 1
    out: Path = Path("wfc-report")
    is_gate: bool = False
    is_fail_fast: bool = False
    is_dry: bool = False
    baseline: str = ""
    command: tuple[str, ...] = ()


def read_options(given: dict[str, Any]) -> Options:
    """Bring the options of the command line into form.

    Args:
        given: by name, as click gives them.

    Returns:
        The options.

    Raises:
        UsageError: if something they name does not exist.
    """
    baseline = read_baseline(given["baseline"]) if given["baseline"] else Baseline()
    wanted = Wanted(
        impl=given["impl"] or "",
        daemon=given["daemon"] or "",
        python=given["python"] or "",
        profile=given["profile"] or "",
        clauses=tuple(given["clauses"]),
        score_should=given["level"] == "should",
        known=baseline.known,
        expired=baseline.expired,
        search=_read_search(given),
    )
    wanted.check()
    return Options(
        wanted=wanted,
        rounds=given["repeat"],
        jobs=given["jobs"],
        out=given["out"],
        is_gate=given["gate"],
        is_fail_fast=given["fail_fast"],
        is_dry=given["dry_run"],
        baseline=baseline.file,
        command=("wfc", *sys.argv[1:]),
    )


def _read_search(given: dict[str, Any]) -> Search:
    seed, duration = given["seed"], given["explore"]
    if duration is None:
        return Search(effort=given["effort"], seed=seed or 0)
    if given["repeat"] > 1:
        raise UsageError("--explore never plays the same twice: leave --repeat out")
    return Search(
        effort=given["effort"],
        seed=secrets.randbelow(_SEEDS) if seed is None else seed,
        explore_s=seconds_in(duration),
        examples_dir=(given["out"] / _EXAMPLES).absolute(),
    )
