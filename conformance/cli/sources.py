"""What stands in the source of scenarios, fakes and mutants; no test of it is imported."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from conformance.machines.scenario_file import read_scenario
from conformance.plan.repertoire import REPERTOIRES

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where the four packages lie.
ROOT = Path(__file__).resolve().parents[2]
#: By which mutants are judged that name no other profile.
_PROFILE = "documented"


class Scenario(NamedTuple):
    """A test of the contract: its id, the clauses it is about, what it does."""

    id: str
    clauses: tuple[str, ...]
    text: str


class Fake(NamedTuple):
    """A fake daemon or simple worker: its module and what it does wrong."""

    name: str
    text: str


class Mutant(NamedTuple):
    """A deliberately wrong implementation.

    Attributes:
        name: of its module.
        clauses: what it declares to break: the clause that it is for, then those that the
            same mistake breaks as well.
        text: what it does wrong, in one sentence.
        profile: by which it is judged.
        machine: that finds it; empty if a fixed scenario does.
    """

    name: str
    clauses: tuple[str, ...]
    text: str
    profile: str
    machine: str


def scenarios() -> tuple[Scenario, ...]:
    """Find all scenarios.

    Returns:
        The scenarios, by file, in the order in which they stand there.
    """
    found = (ROOT / "scenarios").rglob("test_*.py")
    paths = sorted(path for path in found if path.parent.name != "console")
    return tuple(one for path in paths for one in _scenarios_of(path))


def fakes() -> tuple[Fake, ...]:
    """Find all fakes.

    Returns:
        The modules that can be run as a daemon or a simple worker, by name.
    """
    modules = _modules(ROOT / "fake_daemons")
    return tuple(Fake(name, _summary(tree)) for name, tree in modules if _can_be_run(tree))


def mutants(directory: Path = ROOT / "reference_impl" / "mutants") -> tuple[Mutant, ...]:
    """Find all mutants.

    Args:
        directory: of their modules.

    Returns:
        The mutants, by name.
    """
    return tuple(_mutant(name, tree) for name, tree in _modules(directory))


def _mutant(name: str, tree: ast.Module) -> Mutant:
    told = _constants(tree)
    return Mutant(
        name=name,
        clauses=(*told.get("CLAUSE", ()), *told.get("ALSO", ())),
        text=_summary(tree),
        profile="".join(told.get("PROFILE", (_PROFILE,))),
        machine="".join(told.get("MACHINE", ())),
    )


def _modules(directory: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(directory.glob("[!_]*.py")):
        yield path.stem, _parse(path)


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _summary(tree: ast.Module | ast.FunctionDef) -> str:
    return (ast.get_docstring(tree) or "").partition("\n")[0]


def _can_be_run(tree: ast.Module) -> bool:
    last = tree.body[-1] if tree.body else None
    return isinstance(last, ast.If) and "__main__" in ast.unparse(last.test)


def _scenarios_of(path: Path) -> Iterator[Scenario]:
    name = path.relative_to(ROOT).as_posix()
    match name:  # two files make tests of what knows its clauses itself
        case "scenarios/test_machines.py":
            for one in REPERTOIRES.values():
                yield Scenario(f"{name}::test_machine[{one.name}]", one.clauses, one.title)
        case "scenarios/test_regressions.py":
            for file in sorted((path.parent / "regressions").glob("*.yaml")):
                read = read_scenario(file)
                yield Scenario(f"{name}::test_regression[{file.stem}]", read.clauses, read.title)
        case _:
            yield from _written_in(path, name)


def _written_in(path: Path, name: str) -> Iterator[Scenario]:
    tree = _parse(path)
    constants = _constants(tree)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            clauses = tuple(
                text for mark in node.decorator_list for text in _claimed(mark, constants)
            )
            yield Scenario(f"{name}::{node.name}", clauses, _summary(node))


def _claimed(decorator: ast.expr, constants: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Read the arguments of `pytest.mark.clauses`, wherever it stands in a decorator."""
    for node in ast.walk(decorator):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.clauses":
            for argument in node.args:
                yield from _texts(argument, constants)


def _constants(tree: ast.Module) -> dict[str, tuple[str, ...]]:
    """Read the module's constants that are texts, or tuples of texts."""
    found: dict[str, tuple[str, ...]] = {}
    for node in tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    found[target.id] = tuple(_texts(node.value, found))
    return found


def _texts(node: ast.expr, constants: dict[str, tuple[str, ...]]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Name(id=name):
            yield from constants.get(name, ())
        case ast.Starred(value=inner):
            yield from _texts(inner, constants)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _texts(part, constants)
        case _:  # nothing that can be read without running it
            return
