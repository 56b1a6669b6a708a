"""Each mutant fails the clause it names, through the same door as everyone else."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

import pytest

from conformance.contract.clauses import find
from conformance.door.find import ROOT, mutants
from conformance.drive import sandbox

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "reference_impl" / "mutants"
#: A mutant that hangs pays the deadline of a call or two.
WITHIN_S = 120.0


def clause_of(mutant: str) -> str:
    """Read which clause a mutant breaks, without importing it."""
    tree = ast.parse((FOLDER / f"{mutant}.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if names == ["CLAUSE"]:
                return str(node.value.value)
    raise AssertionError(f"{mutant} does not say which clause it breaks")


@pytest.mark.timeout(WITHIN_S + 30)
@pytest.mark.parametrize("mutant", mutants())
def test_a_mutant_fails_its_clause(mutant: str, tmp_path: Path) -> None:
    """The verdict is FAIL on the clause that the mutant names."""
    clause = clause_of(mutant)
    find(clause)
    argv = [sandbox.own_python(), "-m", "conformance", "run", "--impl", f"mutant:{mutant}"]
    argv += ["--clause", clause, "--level", "should", "--out", str(tmp_path / "report")]
    log = tmp_path / "log"
    with log.open("wb") as out:
        env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
        wfc = sandbox.start(argv, env=env, stdout=out.fileno(), stderr=out.fileno())
        wfc.end(within_s=WITHIN_S)
    report = json.loads((tmp_path / "report" / "latest" / "verdict.json").read_bytes())
    verdicts = {one["clause"]: one["verdict"] for one in report["clauses"]}
    assert verdicts[clause] == "FAIL", log.read_text(encoding="utf-8")
    assert wfc.exit_status() == 1
