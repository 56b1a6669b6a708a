"""Real jobs under chaos: what was measured, and the page that tells it."""

from __future__ import annotations

import pytest

from benchmarks.jobs import results
from benchmarks.jobs.__main__ import limit_of
from benchmarks.jobs.cluster import essence
from benchmarks.jobs.driver import right
from conformance.door.find import ROOT
from fake_daemons.chaos.menu import MENU

MEASURED = results.read((ROOT / "docs" / "jobs.json").read_bytes())
CELLS = {(one.release, one.master) for one in MEASURED.ran}


def ran(fault: str, release: str = "4.3.0", took_s: float = 1.0) -> results.Ran:
    return results.Ran(
        release=release,
        master="local[2]",
        fault=fault,
        what="survived",
        took_s=took_s,
        faults=1,
        left=0,
    )


def test_the_page_is_as_drawn() -> None:
    page = (ROOT / "docs" / "jobs.md").read_text(encoding="utf-8")
    assert page == results.draw(MEASURED)


@pytest.mark.parametrize("cell", sorted(CELLS), ids=" ".join)
def test_nothing_was_left_anywhere_and_every_fault_struck(cell: tuple[str, str]) -> None:
    mine = [one for one in MEASURED.ran if (one.release, one.master) == cell]
    assert [one.fault for one in mine if one.left or one.what in {"lost", "wrong"}] == []
    assert [one.fault for one in mine if not one.faults] == ["well_behaved"]
    assert mine[0].what == "survived"  # nothing was in its way


@pytest.mark.parametrize("release", ["3.5.9", "4.3.0"])
def test_every_fault_was_run(release: str) -> None:
    mine = [one for one in MEASURED.ran if (one.release, one.master) == (release, "local[2]")]
    assert [one.fault for one in mine] == list(MENU)


def test_two_releases_and_two_masters_were_measured() -> None:
    masters = ("local[2]", "local-cluster[2,1,1024]")
    assert {(release, master) for release in ("3.5.9", "4.3.0") for master in masters} == CELLS


def test_what_ran_again_takes_the_place_of_what_ran_before() -> None:
    before = [ran("slow_port"), ran("bad_auth"), ran("bad_auth", "3.5.9"), ran("forgotten")]
    merged = results.merge(before, [ran("bad_auth", took_s=2.0), ran("well_behaved", "3.5.10")])
    told = [(one.release, one.fault, one.took_s) for one in merged]
    assert told == [
        ("4.3.0", "slow_port", 1.0),
        ("4.3.0", "bad_auth", 2.0),
        ("3.5.10", "well_behaved", 1.0),
        ("3.5.9", "bad_auth", 1.0),
    ]


def test_the_job_has_known_answers() -> None:
    sums, firsts, squares = right()
    assert sum(number for _, number in sums) == 999 * 1000 // 2
    assert (firsts, squares) == ([0, 1, 4], 332833500)


OF_A_TASK = """\
Py4JJavaError: An error occurred while calling z:org.x.
: org.SparkException: Job aborted: Task 0 in stage 0.0 failed 1 times, most recent failure: Lost \
task 0.0 in stage 0.0 (TID 0) (127.0.0.1 executor driver): java.io.EOFException
\tat java.x
"""
OF_A_JOB = """\
Py4JJavaError: An error occurred while calling z:org.x.
: org.SparkException: Job 0 cancelled because SparkContext was shut down
\tat org.y
"""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OF_A_TASK, "java.io.EOFException"),
        (OF_A_JOB, "org.SparkException: Job 0 cancelled because SparkContext was shut down"),
        ("ValueError: no\nluck", "ValueError: no luck"),
        ("x" * 1000, "x" * 139 + "…"),
        ("", ""),
    ],
)
def test_of_an_error_what_it_says_of_the_task_is_kept(error: str, told: str) -> None:
    assert essence(error) == told


def test_spark_is_given_the_time_it_gives_itself() -> None:
    assert limit_of("4.2.0") > 60 + 10
    assert limit_of("3.5.9") > 10
