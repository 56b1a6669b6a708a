"""Find an implementation by KIND:ID, without loading any of it."""

from __future__ import annotations

import difflib
import importlib.util
import os
import pkgutil
import shlex
import shutil
import sys
from collections.abc import Callable  # noqa: TC003 - read by tools
from pathlib import Path

import msgspec

from conformance.errors import DoorError, UsageError

#: Where the suite's own packages lie.
ROOT = Path(__file__).resolve().parents[2]

_MUTANTS = "reference_impl.mutants"


class Implementation(msgspec.Struct, frozen=True):
    """How to reach an implementation through the door.

    Attributes:
        name: as the user gave it, KIND:ID.
        argv: command of its adapter.
        start_within_s: how long it may take to answer `initialize`.
    """

    name: str
    argv: tuple[str, ...]
    start_within_s: float = 20.0


def find(name: str) -> Implementation:
    """Find an implementation.

    Args:
        name: KIND:ID, such as `py:pkg.mod:callable`.

    Returns:
        How to reach it.

    Raises:
        UsageError: if the kind is unknown or the id malformed.
    """
    kind, colon, rest = name.partition(":")
    if not colon or kind not in _KINDS or not rest:
        forms = "py:MODULE:CALLABLE, cmd:COMMAND, spark:VENV, mutant:NAME"
        raise UsageError(f"no implementation {name!r}: write one of {forms}")
    return _KINDS[kind](name, rest)


def mutants() -> tuple[str, ...]:
    """List the mutants that come with the suite.

    Returns:
        Their names, sorted.
    """
    spec = importlib.util.find_spec(_MUTANTS)
    places = (spec.submodule_search_locations if spec else None) or []
    return tuple(sorted(found.name for found in pkgutil.iter_modules(places)))


def _find_python(name: str, rest: str) -> Implementation:
    if ":" not in rest:
        raise UsageError(f"{name!r} names no callable: write py:{rest}:CALLABLE")
    return Implementation(name, _adapter(sys.executable, "python", rest))


def _find_mutant(name: str, rest: str) -> Implementation:
    known = mutants()
    if rest not in known:
        near = difflib.get_close_matches(rest, known, n=3)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise UsageError(f"no mutant {rest!r}{hint} `wfc list mutants` lists them")
    return _find_python(name, f"{_MUTANTS}.{rest}:make")


def _find_command(name: str, rest: str) -> Implementation:
    argv = shlex.split(rest)
    program = shutil.which(argv[0]) if argv else None
    if program is None:
        raise DoorError(f"{name}: no program {rest!r}; check the path and that it may be executed")
    return Implementation(name, (os.path.abspath(program), *argv[1:]))


def _find_spark(name: str, rest: str) -> Implementation:
    path = Path(rest).expanduser()
    python = path / "bin" / "python" if path.is_dir() else path
    if not os.access(python, os.X_OK) or python.is_dir():
        raise DoorError(
            f"{name}: no Python at {python}; give a virtual environment that has pyspark"
        )
    return Implementation(name, _adapter(os.path.abspath(python), "spark"), start_within_s=60.0)


def _adapter(python: str, adapter: str, *arguments: str) -> tuple[str, ...]:
    """Start one of our adapters in any interpreter, without touching its environment."""
    serve = (
        f"import sys; sys.path.append({str(ROOT)!r}); "
        f"from conformance.adapters import {adapter} as adapter; adapter.main()"
    )
    return (python, "-c", serve, *arguments)


_KINDS: dict[str, Callable[[str, str], Implementation]] = {
    "py": _find_python,
    "cmd": _find_command,
    "spark": _find_spark,
    "mutant": _find_mutant,
}
