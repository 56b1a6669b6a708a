"""How a scenario is written: stable, one line for each step, comments at the head. Pure."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from conformance.evidence.scenario import FORMAT, Scenario

_TAG = "tag:yaml.org,2002:"


def scenario_text(scenario: Scenario, name: str = "scenario.yaml") -> str:
    """Write a scenario as text; equal scenarios give equal texts.

    Args:
        scenario: to be written.
        name: of the file, for the line that says how to replay it.

    Returns:
        YAML: comments, then one line for each step.
    """
    plain: dict[str, Any] = {"wfc": FORMAT, **msgspec.to_builtins(scenario)}
    head = "".join(f"# {line}\n" for line in _head(scenario, name))
    body: str = cast("Any", yaml).serialize(
        _node(plain, ()), Dumper=yaml.SafeDumper, allow_unicode=True, width=1_000_000
    )
    return head + body


def _head(scenario: Scenario, name: str) -> list[str]:
    title = "".join(letter if letter.isprintable() else " " for letter in scenario.title)
    profile = f" --profile {scenario.profile}" if scenario.profile else ""
    implementation = scenario.origin.implementation if scenario.origin else ""
    plain = implementation if implementation.isprintable() else ""
    again = f"wfc replay {name} --impl {plain or 'KIND:ID'}{profile}"
    return [
        *([title.strip()] if title.strip() else []),
        f"Again: {again}",
        "Format: docs/scenarios.md",
    ]


#: Paths below which everything stands on one line; `*` is any name or number.
_ON_ONE_LINE = (
    ("clauses",),
    ("factories", "*"),
    ("steps", "*"),
    ("steps", "*", "branches", "*", "*"),
    ("steps", "*", "gates", "*"),
    ("steps", "*", "schedule"),
)


def _node(value: Any, path: tuple[str, ...]) -> Node:
    """Make a YAML node, on one line where that reads best."""
    if isinstance(value, dict):
        mapping = cast("dict[str, Any]", value)
        pairs = [(_scalar(key), _node(below, (*path, key))) for key, below in mapping.items()]
        is_line = _is_on_one_line(path) and mapping.get("do") != "together"
        return MappingNode(_TAG + "map", pairs, flow_style=is_line or not pairs)
    if isinstance(value, (list, tuple)):
        nodes = [_node(below, (*path, "*")) for below in cast("list[Any]", value)]
        is_line = _is_on_one_line(path) or not nodes
        return SequenceNode(_TAG + "seq", nodes, flow_style=is_line)
    return _scalar(value)


def _is_on_one_line(path: tuple[str, ...]) -> bool:
    alike = (form for form in _ON_ONE_LINE if len(form) == len(path))
    return any(
        all(want in ("*", have) for want, have in zip(form, path, strict=True)) for form in alike
    )


def _scalar(value: str | float | None) -> ScalarNode:
    """Make a scalar; the emitter puts a text in quotes where it would be misread."""
    if isinstance(value, str):
        # PyYAML loses a lone next-line character, and more, outside double quotes.
        return ScalarNode(_TAG + "str", value, style=None if value.isprintable() else '"')
    if value is None:
        return ScalarNode(_TAG + "null", "null")
    kind = "bool" if isinstance(value, bool) else "int"
    return ScalarNode(_TAG + kind, str(value).lower())
