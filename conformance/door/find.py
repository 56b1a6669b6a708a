"""Find an implementation by KIND:ID, without loading any of it."""

from __future__ import annotations

import difflib
import os
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
#: Variable with the seconds an adapter may take to answer `initialize`.
_START_WITHIN = "WFC_START_WITHIN_S"
_START_S = 20.0
#: A Java virtual machine starts, and Spark in it.
_SPARK_START_S = 60.0


class Implementation(msgspec.Struct, frozen=True):
    """How to reach an implementation through the door.

    Attributes:
        name: as the user gave it, KIND:ID.
        argv: command of its adapter.
        start_within_s: how long it may take to answer `initialize`.
    """

    name: str
    argv: tuple[str, ...]
    start_within_s: float


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


def _start_limit_s(usual_s: float) -> float:
    """Say how long an adapter may take to start; the user's word wins."""
    text = os.environ.get(_START_WITHIN, "")
    if not text:
        return usual_s
    try:
        limit_s = float(text)
    except ValueError:
        limit_s = 0.0
    if not 0.0 < limit_s < float("inf"):
        raise UsageError(f"{_START_WITHIN}={text!r} is no number of seconds")
    return limit_s


def mutants() -> tuple[str, ...]:
    """List the mutants that come with the suite.

    Returns:
        Their names, sorted.
    """
    found = (ROOT / _MUTANTS.replace(".", "/")).glob("[!_]*.py")
    return tuple(sorted(path.stem for path in found))


def _find_python(name: str, rest: str) -> Implementation:
    if ":" not in rest:
        raise UsageError(f"{name!r} names no callable: write py:{rest}:CALLABLE")
    return Implementation(name, _adapter(sys.executable, "python", rest), _start_limit_s(_START_S))


def _find_mutant(name: str, rest: str) -> Implementation:
    known = mutants()
    if rest not in known:
        near = difflib.get_close_matches(rest, known, n=3)
        hint = f" (did you mean {', '.join(near)}?)" if near else ""
        raise UsageError(f"no mutant {rest!r}{hint}; `wfc list mutants` lists them")
    return _find_python(name, f"{_MUTANTS}.{rest}:make")


def _find_command(name: str, rest: str) -> Implementation:
    try:
        argv = shlex.split(rest)
    except ValueError as error:
        raise UsageError(f"{name!r} is no command line: {error}") from None
    if not argv:
        raise UsageError(f"{name!r} is no command line: it names no program")
    program = shutil.which(argv[0])
    if program is None:
        raise DoorError(
            f"{name}: no program {argv[0]!r}; check the path and that it may be executed"
        )
    argv[0] = os.path.abspath(program)
    return Implementation(name, tuple(argv), _start_limit_s(_START_S))


def _find_spark(name: str, rest: str) -> Implementation:
    path = Path(rest).expanduser()
    python = path / "bin" / "python" if path.is_dir() else path
    if not os.access(python, os.X_OK) or python.is_dir():
        raise DoorError(
            f"{name}: no Python at {python}; give a virtual environment that has pyspark"
        )
    argv = _adapter(os.path.abspath(python), "spark")
    return Implementation(name, argv, _start_limit_s(_SPARK_START_S))


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
