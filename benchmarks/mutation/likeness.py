"""Which two sources mean the same: what cannot matter at run time is left out of both.

Annotations are text (`from __future__ import annotations`), docstrings are read by nobody,
`if TYPE_CHECKING` never holds, and `not a < b` is `a >= b`.
"""

from __future__ import annotations

import ast
from typing import Any

_TYPE_CHECKING = "TYPE_CHECKING"

_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def meaning(source: str) -> str:
    """Write down what a module does, the same for sources that cannot differ at run time.

    Args:
        source: of the module.

    Returns:
        Its syntax tree as a text, without what cannot matter.

    Raises:
        SyntaxError: it is no Python.
    """
    return ast.dump(_Simplifier().visit(ast.parse(source)))


class _Simplifier(ast.NodeTransformer):
    """Takes out what cannot matter."""

    def visit_Expr(self, node: ast.Expr) -> Any:
        """Drop a docstring."""
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return ast.Pass() if is_text else self.generic_visit(node)

    def visit_If(self, node: ast.If) -> Any:
        """Drop imports for the type checker alone, however the condition reads."""
        names = {one.id for one in ast.walk(node.test) if isinstance(one, ast.Name)}
        return ast.Pass() if names == {_TYPE_CHECKING} else self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> Any:
        """Drop a TYPE_CHECKING of our own."""
        names = [one.id for one in node.targets if isinstance(one, ast.Name)]
        return ast.Pass() if names == [_TYPE_CHECKING] else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        """Drop the annotation; without a value nothing is left."""
        if node.value is None:
            return ast.Pass()
        return self.generic_visit(ast.Assign([node.target], node.value, lineno=node.lineno))

    def visit_arg(self, node: ast.arg) -> Any:
        """Drop the annotation."""
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        """Drop the annotation of the result."""
        node.returns = None
        return self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        """Resolve `not` before a comparison or another `not`."""
        self.generic_visit(node)
        if not isinstance(node.op, ast.Not):
            return node
        inner = node.operand
        if isinstance(inner, ast.UnaryOp) and isinstance(inner.op, ast.Not):
            return inner.operand  # where we stand it is a condition, no value
        if isinstance(inner, ast.Compare) and len(inner.ops) == 1:
            return ast.Compare(inner.left, [_OPPOSITES[type(inner.ops[0])]()], inner.comparators)
        return node
