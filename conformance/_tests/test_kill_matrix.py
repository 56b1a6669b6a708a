"""From what trials told to fates, exit codes, lines and a page; nothing is played."""

from __future__ import annotations

from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from conformance.cli.mutants.fates import entry_of
from conformance.cli.mutants.gallery import Gallery, chosen, outdated, renewed, rows
from conformance.cli.mutants.trial import Told
from conformance.cli.sources import Mutant
from conformance.contract.clause import Level
from conformance.contract.clauses import CLAUSES
from conformance.errors import UsageError
from conformance.report.kill_matrix import (
    ClauseRow,
    Fate,
    KillMatrix,
    MutantEntry,
    Surprise,
    encode,
    exit_code_of,
    read,
)
from conformance.report.kill_page import draw_mutants
from conformance.report.kill_text import entry_line, summary
from conformance.report.verdict_file import Suite

if TYPE_CHECKING:
    from pathlib import Path

SCENARIO = "scenarios/test_pool.py::test_order"
MACHINE = "scenarios/test_machines.py::test_machine[faults]"
SHALLOW = Mutant("lifo", ("F-POOL-02", "F-POOL-01"), "Newest first.", "documented", "")
DEEP = Mutant("deep", ("F-RST-01", "F-RST-06"), "Forgets.", "documented", "faults")
ROWS = (
    ClauseRow(clause="F-POOL-02", level=Level.MUST, text="First in.", mutants=("lifo",)),
    ClauseRow(clause="F-CONN-18", level=Level.SHOULD, text="Constant time.", reason="source"),
)
HOLE = ClauseRow(clause="F-POOL-01", level=Level.MUST, text="Idle ones first.")


def fall(clause: str, test: str = SCENARIO, after_s: float = 0.5) -> Surprise:
    return Surprise(
        clause=clause, test=test, wrong="w", after_s=after_s, expected="this", actual="that"
    )


def told(*falls: Surprise, **more: Any) -> Told:
    return Told(falls=list(falls), seconds={SCENARIO: 0.1}, took_s=1.0, **more)


def matrix(*entries: MutantEntry, clauses: tuple[ClauseRow, ...] = ROWS, **more: Any) -> KillMatrix:
    made = KillMatrix(
        suite=Suite(name="worker-factory-conformance", version="0"),
        command=("wfc", "mutants"),
        is_whole=False,
        jobs=6,
        started_at="2026-01-02T03:04:05+00:00",
        seconds=12.5,
        state="finished",
        mutants=entries,
        clauses=clauses,
    )
    made = msgspec.structs.replace(made, **more)
    return msgspec.structs.replace(made, exit_code=exit_code_of(made))


# -- fates ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mutant", "what", "fate", "reason"),
    [
        (SHALLOW, told(fall("F-POOL-02")), Fate.KILLED, ""),
        (SHALLOW, told(fall("F-POOL-01"), fall("F-POOL-02")), Fate.KILLED, ""),
        (SHALLOW, told(fall("F-POOL-01")), Fate.SURVIVED, "F-POOL-02 was kept in 1 tests"),
        (SHALLOW, told(), Fate.SURVIVED, "F-POOL-02 was kept in 1 tests"),
        (SHALLOW, Told(), Fate.SURVIVED, "no fixed scenario is about F-POOL-02"),
        (SHALLOW, told(doubts=["t: no ports"]), Fate.SURVIVED, "t: no ports"),
        (
            SHALLOW,
            told(fall("F-POOL-02"), fall("F-RST-01")),
            Fate.UNEXPECTED,
            "not declared, but fell: F-RST-01",
        ),
        (SHALLOW, Told(refusal="it does not start"), Fate.NO_HANDSHAKE, "it does not start"),
        (SHALLOW, told(errors=["t: ValueError"]), Fate.ERROR, "t: ValueError"),
        (SHALLOW, told(fall("F-POOL-02"), errors=["x"]), Fate.ERROR, "x"),
        (SHALLOW, told(fall("F-RST-01"), errors=["x"]), Fate.UNEXPECTED, "not declared, but"),
        (DEEP, told(fall("F-RST-06", MACHINE)), Fate.KILLED, ""),
        (DEEP, told(fall("F-RST-06", SCENARIO)), Fate.SURVIVED, "machine faults found nothing"),
    ],
)
def test_fate(mutant: Mutant, what: Told, fate: Fate, reason: str) -> None:
    entry = entry_of(mutant, what)
    assert entry.fate is fate
    assert entry.reason.startswith(reason)
    assert bool(entry.reason) == (fate is not Fate.KILLED)


def test_a_machine_kills_by_the_clause_that_the_mutant_is_for_if_it_can() -> None:
    entry = entry_of(DEEP, told(fall("F-RST-06", MACHINE), fall("F-RST-01", MACHINE)))
    assert entry.kill is not None
    assert (entry.kill.clause, entry.by, entry.also) == (
        "F-RST-01",
        "machine faults",
        ("F-RST-06",),
    )


def test_the_first_finding_counts_and_each_surprise_is_told_once() -> None:
    falls = [fall("F-POOL-02", after_s=1.0), fall("F-POOL-02", after_s=2.0)]
    entry = entry_of(SHALLOW, told(*falls, fall("F-RST-01"), fall("F-RST-01", "another")))
    assert entry.kill is not None
    assert (entry.kill.after_s, entry.by) == (1.0, "test_pool.py::test_order")
    assert [one.test for one in entry.unexpected] == [SCENARIO]


def test_nobody_killed_a_survivor() -> None:
    assert entry_of(SHALLOW, told()).by == ""


# -- exit codes ----------------------------------------------------------------------------


def entry(fate: Fate, name: str = "lifo") -> MutantEntry:
    return MutantEntry(
        name=name, text="t", clauses=("F-POOL-02",), profile="documented", fate=fate, reason="r"
    )


@pytest.mark.parametrize(
    "fates",
    list(chain.from_iterable(combinations(Fate, size) for size in range(len(Fate) + 1))),
    ids=lambda fates: "+".join(fates) or "none",
)
@pytest.mark.parametrize("is_missing", [False, True])
def test_exit_code(fates: tuple[Fate, ...], is_missing: bool) -> None:  # noqa: FBT001 - a parameter
    """A proven failure comes before an error of the suite."""
    bad = set(fates) - {Fate.KILLED, Fate.ERROR}
    expected = 1 if bad or is_missing else 3 if Fate.ERROR in fates else 0
    clauses = (*ROWS, HOLE) if is_missing else ROWS
    assert matrix(*map(entry, fates), clauses=clauses).exit_code == expected


def test_an_interrupt_comes_first_and_an_error_of_the_suite_last() -> None:
    assert matrix(entry(Fate.SURVIVED), state="interrupted").exit_code == 2
    assert matrix(entry(Fate.KILLED), errors=("no scenarios",)).exit_code == 3


# -- who is played, who is for what --------------------------------------------------------


def test_no_pattern_chooses_all_and_each_pattern_adds() -> None:
    assert chosen((DEEP, SHALLOW), ()) == (DEEP, SHALLOW)
    assert chosen((DEEP, SHALLOW), ("lifo", "F-RST-*")) == (DEEP, SHALLOW)
    assert chosen((DEEP, SHALLOW), ("d*",)) == (DEEP,)


def test_a_mutant_is_not_chosen_by_what_else_it_breaks() -> None:
    with pytest.raises(UsageError, match="no mutant matches 'F-RST-06'"):
        chosen((DEEP, SHALLOW), ("F-RST-06",))


def test_a_row_has_mutants_a_reason_or_a_hole() -> None:
    made = {row.clause: row for row in rows((SHALLOW,))}
    assert list(made) == [clause.id for clause in CLAUSES]
    assert made["F-POOL-02"].mutants == ("lifo",)
    assert made["F-CONN-18"].reason
    assert made["F-POOL-01"].is_missing  # a mutant that breaks it beside another is not for it


def test_mutants_that_come_with_the_suite_make_sense() -> None:
    for one in Gallery().mutants():
        assert one.clauses
        assert len(set(one.clauses)) == len(one.clauses), one.name


def test_a_run_is_renewed_by_what_it_does_not_know_as_it_is() -> None:
    old = matrix(entry_of(SHALLOW, told()), entry_of(DEEP, told()))
    other = DEEP._replace(clauses=("F-RST-01",))
    new = SHALLOW._replace(name="new")
    assert outdated(old, (DEEP, SHALLOW), ()) == ()
    assert outdated(old, (other, SHALLOW, new), ()) == (other, new)
    assert outdated(old, (DEEP, SHALLOW), (SHALLOW,)) == (SHALLOW,)


def test_what_stays_of_a_run_is_of_mutants_that_there_are() -> None:
    old = matrix(entry_of(SHALLOW, told()), entry_of(DEEP, told()), renewed=("deep", "lifo"))
    left = renewed(old, (SHALLOW,))
    assert [one.name for one in left.mutants] == ["lifo"]
    assert left.renewed == ("lifo",)
    assert left.clauses == rows((SHALLOW,))


# -- as text -------------------------------------------------------------------------------


def test_a_line_fits_and_tells_who_killed() -> None:
    line = entry_line(entry_of(SHALLOW, told(fall("F-POOL-02", after_s=0.314))), 120)
    assert line.split() == ["killed", "lifo", "F-POOL-02", "0.31", "s", "test_pool.py::test_order"]
    long = entry_line(entry_of(SHALLOW, told(fall("F-POOL-02", SCENARIO * 9))), 100)
    assert len(long) == 100
    assert long.endswith("…")


def test_the_summary_of_good_mutants_is_short() -> None:
    dead = [
        entry_of(SHALLOW, told(fall("F-POOL-02", after_s=1.0))),
        entry_of(DEEP, told(fall("F-RST-01", MACHINE, after_s=4.0))),
    ]
    assert list(summary(matrix(*dead), 2, 100)) == [
        "",
        "2 mutants · 2 killed",
        "1 by a fixed scenario · 1 by a machine · median 2.50 s to a kill",
        "2 clauses · 1 have a mutant · 1 have none for a reason · 0 miss one",
        "ALL KILLED  12.5 s · 6 at a time · exit 0",
    ]


def test_the_summary_tells_of_bad_mutants_in_full() -> None:
    bad = entry_of(SHALLOW, told(fall("F-POOL-02"), fall("F-RST-01")))
    text = "\n".join(summary(matrix(bad, clauses=(*ROWS, HOLE), errors=("oops",)), 1, 100))
    for part in (
        "unexpected  lifo  F-POOL-02",
        "  does        Newest first.",
        f"  F-RST-01    w: {SCENARIO}",
        "    expected  this",
        "    actual    that",
        "  again       wfc mutants lifo",
        "no mutant     F-POOL-01  MUST  Idle ones first.",
        "error of the suite  oops",
        "NOT PROVEN",
    ):
        assert part in text


def test_the_summary_says_what_was_renewed() -> None:
    last = list(summary(matrix(entry(Fate.KILLED), renewed=("lifo",)), 1, 100))[-1]
    assert last == "ALL KILLED  12.5 s · 6 at a time · 1 renewed since · exit 0"


def test_an_interrupted_summary_says_how_far_it_came() -> None:
    last = list(summary(matrix(entry(Fate.KILLED), state="interrupted"), 9, 100))[-1]
    assert last.startswith("INTERRUPTED after 1 of 9  ")
    assert last.endswith("exit 2")


# -- as a file, as a page ------------------------------------------------------------------


def test_what_is_written_is_read_without_secrets(tmp_path: Path) -> None:
    made = matrix(entry(Fate.SURVIVED), errors=("secret " + "5e" * 32,))
    path = tmp_path / "mutants.json"
    path.write_bytes(encode(made))
    assert read(path) == msgspec.structs.replace(made, errors=("secret (secret)",))


@pytest.mark.parametrize("content", [b"", b"{}", b"no json"])
def test_another_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "mutants.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"mutants\.json"):
        read(path)
    with pytest.raises(UsageError, match="No such file"):
        read(tmp_path / "missing.json")


def test_the_page_has_a_row_for_each_clause_and_a_reason_where_there_is_no_mutant() -> None:
    dead = [
        entry_of(SHALLOW, told(fall("F-POOL-02", after_s=1.0))),
        entry_of(DEEP, told(fall("F-RST-06", MACHINE, after_s=4.0))),
    ]
    made = matrix(*dead, clauses=rows((SHALLOW, DEEP)))
    page = draw_mutants(made, made)
    for part in (
        "| F-POOL-02 | MUST | `lifo` | `test_pool.py::test_order` | 1.00 s | F-POOL-01 |",
        "| F-RST-01 | MUST | `deep` | machine faults, as F-RST-06 | 4.00 s | F-RST-06 |",
        "| F-START-01 | MUST | none | nobody has made one yet |",
        "- 2 mutants, 2 killed: 1 by a fixed scenario, 1 by a machine",
        "- F-CONN-18: it can be read in the source alone: no test can see it broken.",
    ):
        assert part in page
    assert sum(line.startswith("| ") for line in page.split("\n")) == len(CLAUSES) + 2 * 8


def test_the_page_says_who_is_alive() -> None:
    made = matrix(entry_of(SHALLOW, told()), clauses=rows((SHALLOW,)))
    assert "| F-POOL-02 | MUST | `lifo` | nobody: survived |" in draw_mutants(made, made)
