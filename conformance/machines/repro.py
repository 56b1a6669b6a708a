"""Makes the text of `repro.py`: a failure that can be replayed without the suite.

The script stands on the standard library alone. It carries the scenario, what is allowed at
each step, and the fakes; the rest of it are the modules of `machines.repro_player`, joined.
"""

from __future__ import annotations

import ast
import base64
import io
import textwrap
import zipfile
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from conformance.evidence.scenario import Stop
from conformance.machines.story import phrases, tell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from conformance.evidence.observations import Observation
    from conformance.evidence.scenario import Scenario, Wrong

#: The modules that a script consists of, each after those it needs.
PARTS = (
    "world",
    "stillness",
    "doors",
    "connections",
    "aftermath",
    "scene",
    "performance",
    "together",
    "judgement",
    "playing",
    "script",
)

_PLAYER = "conformance.machines.repro_player"
_WIDTH = 96
#: Date of all files of a zip: equal fakes make equal scripts. A zip knows no earlier one.
_EPOCH = (1980, 1, 1, 0, 0, 0)

_SCRIPT = '''\
#!/usr/bin/env python3
{head}
#
# Replay it, on Linux with Python 3.11 or later and nothing else:
#
#     python repro.py [py:MODULE:CALLABLE | cmd:COMMAND | mutant:NAME]
#
# Without an argument it runs on what it was found on. It says STILL FAILS (exit code 1),
# FIXED (0) or CANNOT REPLAY (2). It starts fake daemons, which it carries along, and leaves
# no process behind. Written by worker-factory-conformance.

from __future__ import annotations

import json

DATA = json.loads(r"""
{data}
""")

#: The fake daemons: a zip in base64.
FAKES = """
{fakes}
"""
{player}

if __name__ == "__main__":
    leave(replay(DATA, FAKES, sys.argv[1:]))
'''


def repro_text(
    scenario: Scenario,
    allowed: Sequence[Sequence[Observation]],
    implementation: str,
    wrongs: Sequence[Wrong],
    fakes: bytes,
) -> str:
    """Make the text of a `repro.py`.

    Args:
        scenario: that fails; its `profile` is told to the implementation.
        allowed: for each step, and then for the stop of each factory in the end, the
            observations of which any will do; an empty list allows anything.
        implementation: KIND:ID of what it was found on, the script's default.
        wrongs: what was found.
        fakes: the package `fake_daemons` as a zip, such as `fakes_zip` makes it.

    Returns:
        The script.

    Raises:
        ValueError: if there are not as many lists of observations as steps and stops.
    """
    steps = len(to_the_end(scenario).steps)
    if len(allowed) != steps:
        raise ValueError(f"{len(allowed)} lists of observations for {steps} steps")
    data = {
        "title": scenario.title or _UNTITLED,
        "implementation": implementation,
        "scenario": scenario,
        "story": phrases(scenario),
        "allowed": allowed,
        "wrongs": wrongs,
    }
    return _SCRIPT.format(
        head="\n".join(_head(scenario, implementation, wrongs)),
        data=msgspec.json.format(msgspec.json.encode(data), indent=1).decode(),
        fakes=textwrap.fill(base64.b64encode(fakes).decode(), _WIDTH + 4),
        player="".join(map(_part, PARTS)),
    )


def to_the_end(scenario: Scenario) -> Scenario:
    """Add what every playing ends with: each factory is stopped.

    Args:
        scenario: as it is written.

    Returns:
        The scenario with those steps.
    """
    stops = (Stop(factory=name) for name in scenario.factories)
    return msgspec.structs.replace(scenario, steps=(*scenario.steps, *stops))


_UNTITLED = "A failure of a PythonWorkerFactory"


def fakes_zip(directory: Path) -> bytes:
    """Pack the fakes; equal sources give equal bytes.

    Args:
        directory: of the package `fake_daemons`.

    Returns:
        A zip with the package, without its tests.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for source in sorted(directory.glob("*.py")):
            entry = zipfile.ZipInfo(f"{directory.name}/{source.name}", _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, source.read_bytes())
    return packed.getvalue()


def _head(scenario: Scenario, implementation: str, wrongs: Sequence[Wrong]) -> Iterator[str]:
    """The first lines, as comments."""
    yield from _comment(scenario.title or _UNTITLED, " ")
    yield "#"
    for line in tell(scenario, _WIDTH - 4):
        yield from _comment(line, "     ")
    yield "#"
    yield from _comment(f"Found on {implementation}:", " ")
    for wrong in wrongs:
        what = f"{wrong.clause} {wrong.wrong}: expected {wrong.expected}; actual {wrong.actual}"
        yield from _comment(what, "     ")


def _comment(text: str, indent: str) -> list[str]:
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return [f"#{indent}{line}" for line in textwrap.wrap(plain, _WIDTH)]


def _part(name: str) -> str:
    """The source of one module, without what only makes sense where it stands."""
    source = resources.files(_PLAYER).joinpath(f"{name}.py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    title = (ast.get_docstring(tree) or "").partition("\n")[0]
    lines: list[str | None] = list(source.splitlines())
    for node in tree.body[:1] + [node for node in tree.body if _is_out_of_place(node)]:
        for number in range(node.lineno - 1, node.end_lineno or node.lineno):
            lines[number] = None
    text = "\n".join(line for line in lines if line is not None).strip("\n")
    return f"\n\n# -- {name}: {title}\n\n{text}\n"


def _is_out_of_place(node: ast.stmt) -> bool:
    """Tell what is dropped: imports for type checkers, of each other, and of the future."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "__future__" or (node.module or "").startswith(_PLAYER)
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
