"""Joins modules to one script that stands on the standard library alone, with data in it."""

from __future__ import annotations

import ast
import base64
import io
import textwrap
import zipfile
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from conformance.evidence.scenario import Wrong

#: Width of the comments at a script's head.
WIDTH = 96
#: Date of all files of a zip: equal sources make equal scripts. A zip knows no earlier one.
_EPOCH = (1980, 1, 1, 0, 0, 0)
#: What only makes sense where it stands begins so.
_OURS = "conformance."

_ABOUT = (
    "Without an argument it runs on what it was found on. It says STILL FAILS (exit code 1), "
    "FIXED (0) or CANNOT REPLAY (2). It starts {}, and leaves no process behind. Written by "
    "worker-factory-conformance."
)

_SCRIPT = '''\
#!/usr/bin/env python3
{head}
#
# Replay it, on Linux with Python 3.11 or later and nothing else:
#
#     python repro.py {arguments}
#
{about}

from __future__ import annotations

import json

DATA = json.loads(r"""
{data}
""")

#: {what}: a zip in base64.
PACKED = """
{packed}
"""
{player}

if __name__ == "__main__":
    leave(replay(DATA, PACKED, sys.argv[1:]))
'''


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What tells one kind of script from another.

    Attributes:
        parts: modules that it consists of, by their whole names, each after those it needs;
            they define `leave` and `replay`, and import `sys`.
        arguments: of its command line, as its head shows them.
        starts: what it starts, as its head says it.
        packed: what it carries along, as a comment says it.
    """

    parts: tuple[str, ...]
    arguments: str
    starts: str
    packed: str


def script(form: Form, head: Iterable[str], data: object, packed: bytes) -> str:
    """Make the text of a script; equal arguments make equal texts.

    Args:
        form: which kind.
        head: its first lines, as comments.
        data: all that it knows, for JSON.
        packed: what it carries along, as a zip.

    Returns:
        The text.
    """
    return _SCRIPT.format(
        head="\n".join(head),
        arguments=form.arguments,
        about="\n".join(_comment(_ABOUT.format(form.starts), " ")),
        what=form.packed,
        data=msgspec.json.format(msgspec.json.encode(data), indent=1).decode(),
        packed=textwrap.fill(base64.b64encode(packed).decode(), WIDTH + 4),
        player=joined(form.parts),
    )


def joined(parts: Iterable[str]) -> str:
    """Join modules.

    Args:
        parts: their whole names.

    Returns:
        The sources, one after the other.
    """
    return "".join(map(_part, parts))


def head(title: str, told: Iterable[str], found_on: str, wrongs: Sequence[Wrong]) -> Iterator[str]:
    """Tell what failed.

    Args:
        title: of the scenario.
        told: the scenario in words, as lines.
        found_on: what it was found on.
        wrongs: what was found.

    Yields:
        Lines of comments.
    """
    yield from _comment(title, " ")
    yield "#"
    for line in told:
        yield from _comment(line, "     ")
    yield "#"
    yield from _comment(f"Found on {found_on}:", " ")
    for wrong in wrongs:
        what = f"{wrong.clause} {wrong.wrong}: expected {wrong.expected}; actual {wrong.actual}"
        yield from _comment(what, "     ")


def zipped(directory: Path, within: str = "") -> bytes:
    """Pack the modules of a directory; equal sources give equal bytes.

    Args:
        directory: where they are.
        within: directory of the zip in which they stand; its top if empty.

    Returns:
        A zip with these modules, without those of directories below.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for source in sorted(directory.glob("*.py")):
            entry = zipfile.ZipInfo("/".join(filter(None, (within, source.name))), _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, source.read_bytes())
    return packed.getvalue()


def _comment(text: str, indent: str) -> list[str]:
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return [f"#{indent}{line}" for line in textwrap.wrap(plain, WIDTH)]


def _part(name: str) -> str:
    """The source of one module, without what only makes sense where it stands."""
    package, _, module = name.rpartition(".")
    source = resources.files(package).joinpath(f"{module}.py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    title = (ast.get_docstring(tree) or "").partition("\n")[0]
    lines: list[str | None] = list(source.splitlines())
    for node in tree.body[:1] + [node for node in tree.body if _is_out_of_place(node)]:
        for number in range(node.lineno - 1, node.end_lineno or node.lineno):
            lines[number] = None
    text = "\n".join(line for line in lines if line is not None).strip("\n")
    return f"\n\n# -- {module}: {title}\n\n{text}\n"


def _is_out_of_place(node: ast.stmt) -> bool:
    """Tell what is dropped: imports for type checkers, of each other, and of the future."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "__future__" or (node.module or "").startswith(_OURS)
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
