"""YAML files that people write: read strictly, and a mistake told in one line, with its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import msgspec
import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from conformance.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

#: Longest file that is read.
_LONGEST_BYTES = 1_000_000
#: How deep a document may be nested; a scenario needs seven levels.
_DEEPEST = 20
#: What a message ends with where it knows nothing better.
SEE = "see docs/scenarios.md"

#: Where msgspec puts the path into its messages.
_WHERE = re.compile(r" - at (?:`key` in )?`(\$[^`]*)`$")
_UNKNOWN = re.compile(r"unknown field `([^`]*)`")
_INTO = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_T = TypeVar("_T")


class Mistake(NamedTuple):
    """One mistake in a document.

    Attributes:
        path: where it is, such as `$.steps[3].worker`.
        text: what is wrong, and what to do.
    """

    path: str
    text: str


def read_bytes(path: Path) -> bytes:
    """Read a file, and little more of it than may be read.

    Args:
        path: of the file.

    Returns:
        Its content.

    Raises:
        UsageError: if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None


def parse(
    raw: bytes | str,
    name: str,
    kind: type[_T],
    plainer: Callable[[Mistake], str],
    check: Callable[[_T], Iterable[Mistake]],
) -> _T:
    """Read a document into a form.

    Args:
        raw: the text, in UTF-8 if it is bytes.
        name: of the file, for messages.
        kind: the form, a msgspec struct.
        plainer: adds to msgspec's words what to do.
        check: looks for what the form does not say.

    Returns:
        What the document says.

    Raises:
        UsageError: if it is none; one line with file, line, place in the document, and what
            to do.
    """
    if len(raw) > _LONGEST_BYTES:
        raise UsageError(f"{name}: longer than {_LONGEST_BYTES} bytes; split it")
    root = _compose(raw, name)
    try:
        value = _Loader.value_of(root)
    except yaml.YAMLError as error:
        raise _unreadable(name, error) from None
    try:
        read = msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        found = _WHERE.search(str(error))
        path, text = (found[1], str(error)[: found.start()]) if found else ("$", str(error))
        text = plainer(Mistake(path, text))
        raise _wrong(name, root, Mistake(path, text)) from None
    for mistake in check(read):
        raise _wrong(name, root, mistake)
    return read


class _Loader(yaml.SafeLoader):
    """A safe loader that knows neither anchors nor keys that stand twice."""

    depth = 0

    @classmethod
    def value_of(cls, root: Node) -> Any:
        """Make plain values of a document."""
        loader: Any = cls("")
        try:
            return loader.construct_document(root)
        finally:
            loader.dispose()

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        """Make a node, unless it is one that no scenario has."""
        event = cast("Any", self).peek_event()
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(
                problem="anchors (&) and aliases (*) are not read; write it out",
                problem_mark=mark,
            )
        self.depth += 1
        if self.depth > _DEEPEST:
            raise yaml.MarkedYAMLError(
                problem=f"nested deeper than {_DEEPEST} levels; {SEE}",
                problem_mark=mark,
            )
        node = super().compose_node(parent, index)
        self.depth -= 1
        if isinstance(node, MappingNode):
            _refuse_duplicates(node)
        return node


def _refuse_duplicates(node: MappingNode) -> None:
    known: set[str] = set()
    for key, _ in node.value:
        name = str(key.value)
        if name in known:
            raise yaml.MarkedYAMLError(
                problem=f"{name} stands twice; remove one", problem_mark=key.start_mark
            )
        known.add(name)


def _compose(raw: bytes | str, name: str) -> Node:
    """Read the document; a syntax error becomes ours."""
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8")
        loader = _Loader(text)
        try:
            root: Node | None = loader.get_single_node()
        finally:
            loader.dispose()
    except UnicodeDecodeError as error:
        raise UsageError(f"{name}: no UTF-8 at byte {error.start}; save it as UTF-8") from None
    except yaml.YAMLError as error:
        raise _unreadable(name, error) from None
    if root is None:
        raise UsageError(f"{name}: empty; {SEE}")
    return root


def _unreadable(name: str, error: yaml.YAMLError) -> UsageError:
    mark = getattr(error, "problem_mark", None)
    line = f":{mark.line + 1}" if mark else ""
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return UsageError(f"{name}{line}: no scenario: {' '.join(str(problem).split())}")


def _wrong(name: str, root: Node, mistake: Mistake) -> UsageError:
    unknown = _UNKNOWN.search(mistake.text)
    line = _line_of(root, mistake.path, unknown[1] if unknown else "")
    return UsageError(f"{name}:{line}: {mistake.path}: {mistake.text}")


def _line_of(root: Node, path: str, unknown: str) -> int:
    """Find the line of a place, or of a key below it, or of what is nearest; from 1."""
    node, line = root, root.start_mark.line
    for key, index in _INTO.findall(path):
        below = _below(node, key, index)
        if below is None:
            break
        node, line = below
    return next(_lines_of_key(node, unknown), int(line)) + 1


def _lines_of_key(node: Node, name: str) -> Iterator[int]:
    """Find a key in or below a node."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == name:
                yield int(key.start_mark.line)
            yield from _lines_of_key(value, name)
    elif isinstance(node, SequenceNode):
        for value in node.value:
            yield from _lines_of_key(value, name)


def _below(node: Node, key: str, index: str) -> tuple[Node, int] | None:
    """Go down one step; a value of a mapping is where its key is."""
    if isinstance(node, MappingNode) and key:
        for name, value in node.value:
            if name.value == key:
                return value, name.start_mark.line
    if isinstance(node, SequenceNode) and index.isdigit() and int(index) < len(node.value):
        found = node.value[int(index)]
        return found, found.start_mark.line
    return None
