"""Each mutant fails the clause it names, through the same door as everyone else."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from conformance.contract.clauses import find
from conformance.door.find import ROOT, mutants

from .suites import WITHIN_S, Window

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = ROOT / "reference_impl" / "mutants"
DEFAULT_PROFILE = "documented"


def constants_of(mutant: str) -> dict[str, str]:
    """Read the text constants of a mutant's module, without importing it."""
    tree = ast.parse((FOLDER / f"{mutant}.py").read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            found |= dict.fromkeys(names, str(node.value.value))
    return found


CONSTANTS = {mutant: constants_of(mutant) for mutant in mutants()}
#: Those with a STORY need a sequence that no fixed scenario has to have: the machines' own.
SHALLOW = tuple(mutant for mutant, told in CONSTANTS.items() if "STORY" not in told)
DEEP = tuple(mutant for mutant in CONSTANTS if mutant not in SHALLOW)
MACHINES = ("lifecycle", "faults", "simple", "lives", "races")


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """Run the suite on the mutants, each on the clause it breaks."""
    plans = {}
    for mutant in SHALLOW:
        told = CONSTANTS[mutant]
        options = ["--clause", told["CLAUSE"], "--level", "should", "--effort", "none"]
        options += ["--profile", told.get("PROFILE", DEFAULT_PROFILE)]
        plans[mutant] = (f"mutant:{mutant}", options, None)
    opened = Window(tmp_path_factory.mktemp("mutants"), plans)
    yield opened
    opened.close()


@pytest.mark.timeout(WITHIN_S * 2)
@pytest.mark.parametrize("mutant", SHALLOW)
def test_a_mutant_fails_its_clause(mutant: str, window: Window) -> None:
    """The verdict is FAIL on the clause that the mutant names."""
    clause = find(CONSTANTS[mutant]["CLAUSE"]).id
    run = window.wait_for(mutant)
    status, verdicts = run.finish()
    assert verdicts[clause] == "FAIL", run.output()
    assert status == 1


@pytest.mark.parametrize("mutant", DEEP)
def test_a_deep_mutant_says_who_finds_it(mutant: str) -> None:
    """It names a clause, the machine, and the length of its shortest story."""
    told = CONSTANTS[mutant]
    assert find(told["CLAUSE"]).id == told["CLAUSE"]
    assert told["MACHINE"] in MACHINES
    assert int(told["STORY"]) > 1
