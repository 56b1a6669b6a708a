"""Parts of the command line: tally, tables, sources, start-up."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, ClassVar

import pytest

from conformance.cli import sources
from conformance.cli.display import Display, say_seconds
from conformance.cli.lists import table
from conformance.cli.tally import Tally
from conformance.contract.clauses import CLAUSES
from conformance.door.find import ROOT, mutants
from conformance.drive import sandbox
from conformance.evidence.findings import ClauseResult, Verdict

from .hand_made_runs import entry, run

if TYPE_CHECKING:
    from conformance.report.verdict_file import VerdictFile

KNOWN = {clause.id for clause in CLAUSES}


def test_a_clause_is_done_when_no_test_of_it_is_left() -> None:
    tally = Tally([("F-RST-01", "F-RST-02"), ("F-RST-01",), ("F-POOL-01",)])
    assert (tally.total, tally.done, tally.tests) == (3, 0, 3)
    assert tally.end_test(("F-RST-01", "F-RST-02")) == ()
    assert tally.done == 1
    assert tally.end_test(("F-RST-01",)) == ("Restart",)
    assert tally.clauses_of("Restart") == {"F-RST-01", "F-RST-02"}
    assert tally.end_test(("F-POOL-01",)) == ("Pool",)
    assert tally.done == tally.total


def test_the_time_left_is_told_when_enough_is_known() -> None:
    tally = Tally([("F-RST-01",)] * 10)
    assert tally.left_s(1.0) is None
    for _ in range(5):
        tally.end_test(("F-RST-01",))
    assert tally.left_s(2.0) == 2.0


class Recorded:
    """An account in which one clause is recorded as broken, and was not seen to be."""

    results: ClassVar[dict[str, ClauseResult]] = {
        "F-RST-01": ClauseResult("F-RST-01", Verdict.STALE, "recorded as broken, but kept")
    }

    def shown(self) -> VerdictFile:
        return run(entry("F-RST-01", Verdict.STALE, reason="recorded as broken, but kept"))


def test_a_deviation_is_not_called_stale_while_a_test_of_it_is_left() -> None:
    """The machines, who come last, may show it; the line would stand there for nothing."""
    stream, account = io.StringIO(), Recorded()
    tally, display = Tally([("F-RST-01",), ("F-RST-01", "F-RST-02")]), Display(stream)
    for claimed, told in ((("F-RST-01",), 0), (("F-RST-01", "F-RST-02"), 1)):
        tally.end_test(claimed)
        display.tested(account.results.values(), account, tally)  # type: ignore[arg-type]
        assert stream.getvalue().count("STALE  F-RST-01") == told


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s")]
)
def test_durations_are_said_as_people_do(seconds: float, said: str) -> None:
    assert say_seconds(seconds) == said


def test_a_table_is_wrapped_on_a_terminal_and_not_on_a_pipe() -> None:
    rows = [("a", "one two three four five six"), ("bb", "")]
    assert table(rows, 24) == ["a   one two three four", "    five six", "bb"]
    assert table(rows, None) == ["a   one two three four five six", "bb"]
    assert table([], 80) == []


def test_every_scenario_names_clauses_that_exist() -> None:
    found = sources.scenarios()
    assert found
    for one in found:
        assert one.clauses, one.id
        assert set(one.clauses) <= KNOWN, one.id
        assert one.text, one.id


def test_fakes_and_mutants_are_found_with_what_they_do() -> None:
    assert {"well_behaved", "crash_after_n", "bad_auth", "slow_port"} <= {
        one.name for one in sources.fakes()
    }
    assert all(one.text for one in sources.fakes())
    assert tuple(one.name for one in sources.mutants()) == mutants()
    for one in sources.mutants():
        assert one.clauses, one.name
        assert set(one.clauses) <= KNOWN, one.name


@pytest.mark.parametrize(
    "arguments",
    [
        "--help",
        "run --help",
        "baseline --help",
        "list clauses",
        "list scenarios",
        "list fakes",
        "explain F-RST-01",
        "matrix --help",
    ],
)
def test_reading_needs_neither_pytest_nor_hypothesis_nor_rich(arguments: str) -> None:
    """A count of modules, which cannot flake as a clock does."""
    look = (
        "import sys; from conformance.cli import main; "
        f"code = main({arguments.split()!r}); "
        "heavy = {'pytest', 'hypothesis', 'rich', 'psutil', 'socket', 'subprocess'}; "
        "found = sorted(heavy & set(sys.modules)); "
        "print(found); sys.exit(9 if found else code)"
    )
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    process = sandbox.start([sys.executable, "-c", look], env=env)
    with open(process.stdout_fd, "rb", closefd=False) as out:
        said = out.read()
    process.end(within_s=10)
    assert process.exit_status() == 0, said.splitlines()[-1]
