"""`wfc explain` and `wfc list` in a terminal: they fit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pexpect

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS = 100


def test_a_clause_is_explained(spawn: Callable[..., pexpect.spawn[str]]) -> None:
    """Its text, its level, its source and its tests."""
    wfc = spawn("conformance", "explain", "F-RST-01")
    wfc.expect_exact("F-RST-01  MUST")
    for label in ("level", "source", "needs", "tests", "mutants", "deviations"):
        wfc.expect(rf"\n{label} +\S")
    wfc.expect(pexpect.EOF)
    assert wfc.wait() == 0


def test_a_clause_that_does_not_exist_is_one_line(
    spawn: Callable[..., pexpect.spawn[str]],
) -> None:
    """It names similar ones."""
    wfc = spawn("conformance", "explain", "F-RST-99")
    wfc.expect(r"^wfc: there is no clause 'F-RST-99'; did you mean .*\r\n")
    wfc.expect(pexpect.EOF)
    assert wfc.wait() == 4


def test_the_list_of_clauses_fits_the_terminal(spawn: Callable[..., pexpect.spawn[str]]) -> None:
    """No line is wider than it."""
    wfc = spawn("conformance", "list", "clauses")
    wfc.expect(pexpect.EOF)
    lines = str(wfc.before).splitlines()
    assert "F-RST-01" in str(wfc.before)
    assert max(map(len, lines)) <= COLUMNS
