"""A checker that crashes never gives a pass: nothing is proven, and the suite is to blame."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from conformance.plan.repertoire import REPERTOIRES

from .command import REFERENCE, Wfc

if TYPE_CHECKING:
    from pathlib import Path

#: `wfc` with a checker that crashes.
CRASHING = """
import sys
from conformance.check import sequences
def crash(*arguments):
    raise ZeroDivisionError("a mistake of ours")
assert callable(sequences.CHECKER)
sequences.CHECKER = crash
from conformance.cli import main
sys.exit(main())
"""


@pytest.mark.timeout(120)
@pytest.mark.parametrize("checker", ["surplus_starts", "leaked_processes"])
def test_no_clause_passes_for_a_checker_that_crashes(checker: str, tmp_path: Path) -> None:
    """Be it one that is asked after each step, or one in the end."""
    wfc = Wfc(tmp_path)
    (tmp_path / "crashing.py").write_text(CRASHING.replace("CHECKER", checker), encoding="utf-8")
    run = ("run", "--impl", REFERENCE, "--effort", "quick", "--clause", "F-POOL-*")
    ended = wfc.python("crashing.py", *run)
    report = json.loads((tmp_path / "wfc-report/latest/verdict.json").read_bytes())
    verdicts = {one["clause"]: one["verdict"] for one in report["clauses"]}
    machines = {clause for one in REPERTOIRES.values() for clause in one.clauses}
    concerned = {clause for clause in machines if clause.startswith("F-POOL")}
    told = {verdicts[one] for one in concerned} - {"NOT APPLICABLE"}
    assert told
    assert told <= {"HARNESS ERROR", "INCONCLUSIVE"}, verdicts
    assert ended.status in {3, 7}
    assert report["exit_code"] == ended.status
    assert "a mistake of ours" in ended.out
