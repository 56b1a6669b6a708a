"""All mutations of a module: cosmic-ray's operators, those of ours, and what is left out."""

from __future__ import annotations

import ast
import importlib
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec

from benchmarks.mutation import statements
from benchmarks.mutation.likeness import meaning

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Of cosmic-ray's some 200 operators: a comparison becomes its opposite and its neighbours;
#: of arithmetic one other sign each. The rest says the same again (`<` for `==`), or breaks
#: the types of what is here.
OPERATORS = (
    *("ReplaceUnaryOperator_Delete_Not", "ReplaceUnaryOperator_Delete_USub"),
    *("ReplaceAndWithOr", "ReplaceOrWithAnd"),
    *("ReplaceTrueWithFalse", "ReplaceFalseWithTrue"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop"),
    *("NumberReplacer", "ExceptionReplacer", "RemoveDecorator"),
    *(
        f"ReplaceComparisonOperator_{one}"
        for one in (
            *("Eq_NotEq", "Eq_LtE", "Eq_GtE", "NotEq_Eq", "Is_IsNot", "IsNot_Is"),
            *("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt"),
            *("Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt"),
        )
    ),
    *(
        f"ReplaceBinaryOperator_{one}"
        for one in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "BitOr_BitAnd", "BitAnd_BitOr")
    ),
    *("ReplaceBinaryOperator_BitXor_BitOr", "AddNot"),
)

#: cosmic-ray's exception is imported by nobody; this one is raised by nothing here.
_ALIEN, _NEVER_RAISED = "CosmicRayTestingException", "ZeroDivisionError"


class Mutation(msgspec.Struct, frozen=True, kw_only=True):
    """One small change, named so that it is found again when lines have moved.

    Attributes:
        module: name of the file without `.py`.
        function: dotted name of the innermost function; empty outside of all.
        operator: what was done.
        was: the changed lines, stripped.
        becomes: the lines after the change, stripped.
        nth: which one of those that are alike in all of the above, from 1.
    """

    module: str
    function: str
    operator: str
    was: str
    becomes: str
    nth: int = 1


class Mutant(msgspec.Struct, frozen=True):
    """A mutation and the module as it then reads.

    Attributes:
        mutation: the change.
        source: of the whole module.
    """

    mutation: Mutation
    source: str


def mutants(module: str, source: str, changed: Iterable[tuple[str, str]]) -> list[Mutant]:
    """Name the changes of a module that may matter, each once.

    Args:
        module: its name.
        source: as it stands.
        changed: operators' names, and the source that each has changed.

    Returns:
        The mutants, by line.
    """
    seen = {meaning(source)}
    alike: Counter[tuple[str, ...]] = Counter()
    found: list[tuple[int, Mutant]] = []
    for operator, text in changed:
        if (means := meaning(text)) in seen:
            continue
        seen.add(means)
        line, was, becomes = _difference(source, text)
        key = (module, _function_at(source, line), operator, was, becomes)
        alike[key] += 1
        names = dict(zip(Mutation.__struct_fields__, (*key, alike[key]), strict=True))
        found.append((line, Mutant(msgspec.convert(names, Mutation), text)))
    return [mutant for _, mutant in sorted(found, key=lambda pair: pair[0])]


def changes(source: str) -> Iterator[tuple[str, str]]:
    """Change a module in every way that we and cosmic-ray know.

    Args:
        source: of the module.

    Yields:
        Name of the operator, and the changed source.
    """
    yield from statements.mutated(source)
    plugins: Any = importlib.import_module("cosmic_ray.plugins")  # untyped
    mutating: Any = importlib.import_module("cosmic_ray.mutating")
    for name in OPERATORS:
        operator = plugins.get_operator(f"core/{name}")()
        for occurrence in count():
            text: str | None = mutating.mutate_code(source, operator, occurrence)
            if text is None:
                break
            yield name, text.replace(_ALIEN, _NEVER_RAISED)


def _difference(source: str, text: str) -> tuple[int, str, str]:
    """The first changed line, counted from 1, and the lines before and after."""
    old, new = source.splitlines(), text.splitlines()
    first = next(i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
    last = 0
    while last < min(len(old), len(new)) - first - 1 and old[-1 - last] == new[-1 - last]:
        last += 1
    was, becomes = (each[first : len(each) - last] for each in (old, new))
    return first + 1, _words(was), _words(becomes)


def _words(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())


def _function_at(source: str, line: int) -> str:
    """The dotted name of the innermost function around a line."""
    place, found = ast.parse(source).body, ""
    while True:
        around = [
            one
            for one in place
            if isinstance(one, (ast.FunctionDef, ast.ClassDef))
            and one.lineno <= line <= (one.end_lineno or 0)
        ]
        if not around:
            return found
        found = f"{found}.{around[0].name}" if found else around[0].name
        place = around[0].body
