"""The table of clauses: all there, well-formed, found by name."""

from __future__ import annotations

import re

import pytest

from conformance.contract.clause import LINES, Clause, Level, Need, span
from conformance.contract.clauses import CLAUSES, FAMILIES, find, matching
from conformance.errors import UsageError

#: Written by hand from the contract; ids are never reused.
EXPECTED = {
    "F-START": 23,
    "F-CONN": 18,
    "F-RST": 11,
    "F-POOL": 17,
    "F-STOP": 13,
    "F-CONC": 5,
    "F-ENV": 4,
    "F-SIMP": 12,
    "D": 45,
}


def test_every_clause_is_there_once_in_order() -> None:
    expected = [f"{name}-{n:02}" for name, count in EXPECTED.items() for n in range(1, count + 1)]
    assert [clause.id for clause in CLAUSES] == expected


def test_families_hold_all_clauses() -> None:
    assert sum(len(clauses) for clauses in FAMILIES.values()) == len(CLAUSES) == 148


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.id)
class TestEachClause:
    def test_text_is_one_sentence(self, clause: Clause) -> None:
        assert clause.text.endswith(".")
        assert "  " not in clause.text
        assert not re.search(r"\b(MUST|SHOULD|MAY|reference)\b", clause.text)

    def test_is_bound_to_known_lines(self, clause: Clause) -> None:
        assert {clause.since, clause.until} <= {None, *LINES}
        assert any(clause.is_in_line(line) for line in LINES)

    def test_first_and_last_line_are_not_named(self, clause: Clause) -> None:
        assert clause.since != LINES[0]
        assert clause.until != LINES[-1]

    def test_levels_differ_in_lines_it_holds_for(self, clause: Clause) -> None:
        for line, level in clause.levels.items():
            assert clause.is_in_line(line)
            assert level is not clause.level

    def test_names_its_page_item_in_its_source(self, clause: Clause) -> None:
        named = re.match(r"page ([\d, ]+);", clause.source)
        items = named[1].split(", ") if named else []
        assert (clause.page is None) == (not items)
        assert clause.page is None or str(clause.page) in items
        assert clause.page is None or 1 <= clause.page <= 11

    def test_has_evidence(self, clause: Clause) -> None:
        assert re.search(r"\[(J|P|E\d+)\b", clause.source) or clause.page == 3

    def test_says_what_it_needs(self, clause: Clause) -> None:
        assert clause.needs
        assert len(set(clause.needs)) == len(clause.needs)
        assert (clause.id.startswith("D-")) == (Need.DAEMON in clause.needs)
        assert (clause.id.startswith("F-ENV-")) == (Need.ENV in clause.needs)

    def test_a_defect_is_a_should(self, clause: Clause) -> None:
        assert not clause.defect or clause.level is Level.SHOULD

    def test_a_permission_says_may(self, clause: Clause) -> None:
        assert (clause.level is Level.MAY) <= (" may " in clause.text)

    def test_is_found_by_its_id(self, clause: Clause) -> None:
        assert find(clause.id) is clause


def test_defects_are_those_marked_in_the_contract() -> None:
    assert {clause.id for clause in CLAUSES if clause.defect} == {
        *("F-START-18", "F-START-19", "F-CONN-10", "F-CONN-16"),
        *("F-POOL-12", "F-POOL-13", "F-POOL-14", "F-POOL-16"),
        *("F-STOP-05", "F-STOP-06", "F-STOP-11", "F-STOP-12"),
        *("F-SIMP-10", "D-15", "D-16", "D-28"),
    }


def test_permissions_are_those_of_the_contract() -> None:
    assert {clause.id for clause in CLAUSES if clause.level is Level.MAY} == {
        *("F-CONN-06", "F-RST-04", "F-POOL-04", "F-POOL-15", "F-STOP-10", "D-20", "D-34"),
    }


def test_only_constant_time_cannot_be_observed() -> None:
    assert [clause.id for clause in CLAUSES if Need.SOURCE in clause.needs] == ["F-CONN-18"]


@pytest.mark.parametrize(
    ("clause_id", "expected"),
    [
        ("F-START-01", "all"),
        ("F-CONN-05", "4.0 and later"),
        ("F-POOL-04", "up to 3.5"),
        ("F-SIMP-05", "3.2 and later"),
        ("D-36", "4.2 and later"),
    ],
)
def test_span(clause_id: str, expected: str) -> None:
    assert span(find(clause_id)) == expected


def test_span_within_two_lines() -> None:
    clause = find("F-POOL-04")
    bound = Clause(
        id=clause.id,
        level=clause.level,
        text=clause.text,
        source=clause.source,
        needs=clause.needs,
        since="3.2",
        until="3.5",
    )
    assert span(bound) == "3.2 to 3.5"


def test_unknown_clause_names_near_ones() -> None:
    with pytest.raises(UsageError, match=r"no clause 'F-RST-1'; did you mean .*F-RST-01"):
        find("F-RST-1")


def test_lower_case_clause_names_its_neighbour() -> None:
    with pytest.raises(UsageError, match="did you mean F-POOL-12"):
        find("f-pool-12")


def test_nonsense_names_nothing() -> None:
    with pytest.raises(UsageError, match=r"no clause 'xyzzy'$"):
        find("xyzzy")


def test_matching_keeps_the_order() -> None:
    assert [clause.id for clause in matching("F-ENV-*")] == [f"F-ENV-0{n}" for n in range(1, 5)]


def test_a_pattern_that_matches_nothing_is_a_mistake() -> None:
    with pytest.raises(UsageError, match=r"no clause matches 'F-RTS-\*'"):
        matching("F-RTS-*")
