"""Settings of `wfc` in the user's pyproject.toml; the command line wins."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from conformance.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

_TABLE = "worker-factory-conformance"
#: Variable by which the runs of a matrix do without: there each subject has its own.
WITHOUT_SETTINGS = "WFC_WITHOUT_SETTINGS"
#: Commands of `wfc baseline`.
_OF_BASELINE: tuple[str, ...] = ("show", "accept", "prune")
#: Settings that `wfc analyze` takes: what a verdict is weighed by.
_WEIGHING = ("profile", "level", "baseline", "gate")
#: How much a table's name must resemble ours to be a slip of the pen.
_ALIKE = 0.8
#: How msgspec names a key that it does not know.
_UNKNOWN = re.compile("unknown field `(.*?)`")


class Settings(
    msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True
):
    """The table `[tool.worker-factory-conformance]`; every key is an option of `run`."""

    impl: str | None = None
    daemon: str | None = None
    python: str | None = None
    profile: str | None = None
    clause: tuple[str, ...] | None = None
    level: Literal["must", "should"] | None = None
    baseline: str | None = None
    effort: Literal["quick", "default", "thorough", "none"] | None = None
    explore: str | None = None
    seed: int | None = None
    jobs: int | None = None
    repeat: int | None = None
    out: str | None = None
    gate: bool | None = None
    fail_fast: bool | None = None


class Tool(msgspec.Struct, frozen=True, rename={"ours": _TABLE}):
    """The table `[tool]`, of which one entry is ours."""

    ours: Settings = Settings()


class Document(msgspec.Struct, frozen=True):
    """A pyproject.toml."""

    tool: Tool = Tool()


def find_settings(directory: Path) -> dict[str, dict[str, Any]]:
    """Read the settings that hold in a directory.

    Args:
        directory: the nearest pyproject.toml in it or above it counts.

    Returns:
        For each command, its options' defaults as click takes them.

    Raises:
        UsageError: if that file is malformed, or has a key or value that we do not know.
    """
    if os.environ.get(WITHOUT_SETTINGS):
        return {}
    for place in (directory, *directory.parents):
        path = place / "pyproject.toml"
        if path.is_file():
            return _defaults(_read(path), place)
    return {}


def _read(path: Path) -> Settings:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None
    try:
        settings = msgspec.convert(table, Document).tool.ours
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {error}{_hint(str(error))}") from None
    for name in table.get("tool", {}):
        if name != _TABLE and difflib.get_close_matches(name, (_TABLE,), cutoff=_ALIKE):
            raise UsageError(f"{path}: [tool.{name}] is not read (did you mean [tool.{_TABLE}]?)")
    return settings


def _hint(error: str) -> str:
    """Guess which key was meant by one that msgspec does not know."""
    unknown = _UNKNOWN.search(error)
    known = Settings.__struct_encode_fields__
    near = difflib.get_close_matches(unknown[1], known, n=1) if unknown else ()
    return f" (did you mean `{near[0]}`?)" if near else ""


def _defaults(settings: Settings, place: Path) -> dict[str, dict[str, Any]]:
    named = {name: getattr(settings, name) for name in settings.__struct_fields__}
    given = {name: value for name, value in named.items() if value is not None}
    for path in ("baseline", "out"):
        if path in given:
            given[path] = str(place / given[path])
    if "clause" in given:
        given["clauses"] = given.pop("clause")
    impl = {"impl": given["impl"]} if "impl" in given else {}
    file = {"file": given["baseline"]} if "baseline" in given else {}
    weighed = {name: given[name] for name in _WEIGHING if name in given}
    return {
        "run": given,
        "analyze": weighed,
        "doctor": impl,
        "baseline": dict.fromkeys(_OF_BASELINE, file),
    }
