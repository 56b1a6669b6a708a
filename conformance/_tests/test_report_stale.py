"""What a run says to do about entries of the baseline that hold no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.contract.profiles import PROFILES
from conformance.evidence.findings import Verdict
from conformance.report.page.run_page import run_page
from conformance.report.stale import updates

from .hand_made_runs import entry, run

RUN = Path("wfc-report/latest")
KEPT = entry("F-POOL-01", Verdict.STALE, reason="recorded as broken, but kept: old")
KEPT_TOO = entry("F-POOL-02", Verdict.STALE, reason="recorded as broken, but kept: older")
OTHERWISE = entry("F-POOL-03", Verdict.STALE, "x", reason="recorded as y, fails another way")
EXPIRED = entry("F-POOL-03", Verdict.STALE, "x", reason="b: the entry expired on 2020-01-01: y")
PRUNE = "wfc baseline prune wfc-report/latest --baseline 'my base.toml'"
ACCEPT = (
    "wfc baseline accept wfc-report/latest --clause F-POOL-03 --baseline 'my base.toml' "
    "--reason TEXT"
)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ((EXPIRED,), [f"{ACCEPT} --expires DATE"]),
        ((KEPT, KEPT_TOO), [PRUNE]),
        ((OTHERWISE,), [ACCEPT]),
        ((OTHERWISE, KEPT), [PRUNE, ACCEPT]),
        ((entry("F-POOL-01", Verdict.FAIL, "x"), entry("F-POOL-02", Verdict.KNOWN, "y")), []),
    ],
)
def test_what_is_kept_is_pruned_and_what_fails_otherwise_may_be_accepted(
    entries: tuple[Any, ...], said: list[str]
) -> None:
    assert list(updates(run(*entries, baseline="my base.toml"), RUN)) == said


def test_of_a_run_that_was_cut_short_nothing_is_said() -> None:
    """`wfc baseline prune` refuses it."""
    assert not list(updates(run(KEPT, baseline="b.toml", state="interrupted"), RUN))


def test_of_what_the_profile_records_nothing_is_said() -> None:
    profile = PROFILES["spark-4.3"]
    recorded = profile.deviations[0].clause
    stale = entry(recorded, Verdict.STALE, reason="recorded as broken, but kept: it does so")
    assert not list(updates(run(stale, profile=profile.name, baseline="b.toml"), RUN))
    assert list(updates(run(stale, baseline="b.toml"), RUN))


def test_without_a_baseline_nothing_is_said() -> None:
    assert not list(updates(run(KEPT), RUN))


def test_the_page_names_the_commands_once(tmp_path: Path) -> None:
    page = run_page(run(KEPT, KEPT_TOO, OTHERWISE, baseline="b.toml"), tmp_path)
    assert page.count("bring the baseline up to date") == 1
    assert page.count(f"wfc baseline prune {tmp_path} --baseline b.toml") == 1
    assert "bring the baseline" not in run_page(run(KEPT), tmp_path)
