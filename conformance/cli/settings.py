"""Settings of `wfc` in the user's pyproject.toml or wfc.toml; the command line wins."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec

from conformance.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

#: The table in pyproject.toml, under `[tool]`.
TABLE = "worker-factory-conformance"
#: A file of our own, for repositories that have no pyproject.toml.
FILE = "wfc.toml"
_T = TypeVar("_T")
#: Variable by which the runs of a matrix do without: there each subject has its own.
WITHOUT_SETTINGS = "WFC_WITHOUT_SETTINGS"
#: Commands of `wfc baseline`.
_OF_BASELINE: tuple[str, ...] = ("show", "accept", "prune")
#: Settings that `wfc analyze` takes: what a verdict is weighed by.
_WEIGHING = ("profile", "level", "baseline", "gate")
#: The command's name, which one may take for the table's.
_COMMAND = "wfc"
#: How much a table's name must resemble ours to be a slip of the pen.
_ALIKE = 0.8
#: How msgspec names a key that it does not know.
_UNKNOWN = re.compile("unknown field `(.*?)`")


class Settings(
    msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True
):
    """The settings: `[tool.worker-factory-conformance]`, or wfc.toml; keys are options of `run`."""

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
    jobs: int | Literal["auto"] | None = None
    repeat: int | None = None
    out: str | None = None
    gate: bool | None = None
    fail_fast: bool | None = None


class Tool(msgspec.Struct, frozen=True, rename={"ours": TABLE}):
    """The table `[tool]`, of which one entry is ours."""

    ours: Settings = Settings()


class Document(msgspec.Struct, frozen=True):
    """A pyproject.toml."""

    tool: Tool = Tool()


def find_settings(directory: Path) -> dict[str, dict[str, Any]]:
    """Read the settings that hold in a directory.

    Args:
        directory: the nearest wfc.toml or pyproject.toml in it or above it counts.

    Returns:
        For each command, its options' defaults as click takes them.

    Raises:
        UsageError: if that file is malformed, has a key or value that we do not know, or if
            both files of one directory have settings.
    """
    if os.environ.get(WITHOUT_SETTINGS):
        return {}
    for place in (directory, *directory.parents):
        own, project = place / FILE, place / "pyproject.toml"
        if own.is_file():
            if project.is_file() and _read_project(project) != Settings():
                raise UsageError(f"{own} and {project} both have settings: keep one of them")
            return _defaults(_convert(own, _load(own), Settings), place)
        if project.is_file():
            return _defaults(_read_project(project), place)
    return {}


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None


def _convert(path: Path, table: dict[str, Any], kind: type[_T]) -> _T:
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {error}{_hint(str(error))}") from None


def _read_project(path: Path) -> Settings:
    table = _load(path)
    settings = _convert(path, table, Document).tool.ours
    for name in table.get("tool", {}):
        if name != TABLE and _is_meant(str(name)):
            raise UsageError(f"{path}: [tool.{name}] is not read (did you mean [tool.{TABLE}]?)")
    return settings


def _is_meant(name: str) -> bool:
    """Tell whether a table that we do not read was meant for us."""
    return name == _COMMAND or bool(difflib.get_close_matches(name, (TABLE,), cutoff=_ALIKE))


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
