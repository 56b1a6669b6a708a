"""Operators of our own, for what cosmic-ray has none: whole statements and arguments.

Each yields the source with one change, made in the text, so that all else stays as it is.
"""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: A node and what to write in its place.
Change = tuple[ast.AST, str]

#: Methods whose last argument may be missing; any other call would fail at once.
_WITH_DEFAULTS = frozenset({"join", "pop", "wait"})


def mutated(source: str) -> Iterator[tuple[str, str]]:
    """Change a module in every way that is known here.

    Args:
        source: of the module.

    Yields:
        Name of the operator, and the changed source.
    """
    tree = ast.parse(source)
    for name, operator in OPERATORS.items():
        for node, text in operator(tree):
            yield name, replaced(source, node, text)


def replaced(source: str, node: ast.AST, text: str) -> str:
    """Write a text in a node's place.

    Args:
        source: where the node was read from.
        node: a statement or an expression.
        text: what to write.

    Returns:
        The new source.
    """
    lines = source.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    assert isinstance(node, (ast.stmt, ast.expr))  # noqa: S101 - they know where they stand
    begin = starts[node.lineno - 1] + node.col_offset
    end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
    raw = source.encode()
    return (raw[:begin] + text.encode() + raw[end:]).decode()


def _in_functions(tree: ast.Module) -> Iterator[ast.AST]:
    """What stands in functions; without a constant or a class nothing would start at all."""
    for top in ast.walk(tree):
        if isinstance(top, ast.FunctionDef):
            for statement in top.body:
                yield from ast.walk(statement)


def _statements_deleted(tree: ast.Module) -> Iterator[Change]:
    """Delete each simple statement; without a local variable its reader would fail at once."""
    for node in _in_functions(tree):
        match node:
            case ast.Assign(targets=targets):
                if not all(map(_is_local, targets)):
                    yield node, "pass"
            case ast.AnnAssign(target=target, value=value):
                if value is not None and not _is_local(target):
                    yield node, "pass"
            case ast.Return(value=None) | ast.Expr() | ast.Raise() | ast.AugAssign():
                yield node, "pass"
            case _:
                pass


def _is_local(target: ast.expr) -> bool:
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    return all(isinstance(name, ast.Name) for name in names)


def _results_dropped(tree: ast.Module) -> Iterator[Change]:
    """Give no result; a truth value has an operator of cosmic-ray's."""
    for node in _in_functions(tree):
        if isinstance(node, ast.Return) and not isinstance(node.value, ast.Constant | None):
            yield node.value, "None"


def _contexts_dropped(tree: ast.Module) -> Iterator[Change]:
    """Enter another context instead, which does nothing."""
    for node in _in_functions(tree):
        if isinstance(node, ast.With):
            for item in node.items:
                if item.optional_vars is None:
                    yield item.context_expr, 'open("/dev/null")'


def _arguments_dropped(tree: ast.Module) -> Iterator[Change]:
    """Drop each argument that may be missing: one by keyword, or a limit or default."""
    for node in _in_functions(tree):
        if not isinstance(node, ast.Call):
            continue
        for index in range(len(node.keywords)):
            fewer = copy.deepcopy(node)
            del fewer.keywords[index]
            yield node, ast.unparse(fewer)
        if node.args and getattr(node.func, "attr", "") in _WITH_DEFAULTS:
            fewer = copy.deepcopy(node)
            del fewer.args[-1]
            yield node, ast.unparse(fewer)


OPERATORS: dict[str, Callable[[ast.Module], Iterator[Change]]] = {
    "statement deleted": _statements_deleted,
    "result dropped": _results_dropped,
    "context dropped": _contexts_dropped,
    "argument dropped": _arguments_dropped,
}
