"""Writes what `wfc init` starts a repository with; all of it, or nothing."""

from __future__ import annotations

import importlib.resources
import keyword
import re
import shlex
import sys
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from conformance.cli.init.kinds import KINDS, Kind, guess_kind
from conformance.cli.settings import FILE, TABLE, find_settings
from conformance.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

_WORKFLOW = ".github/workflows/conformance.yml"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
#: First line of a file of settings.
_HEAD = "# Settings of worker-factory-conformance: options of `wfc run`, without the dashes.\n"


def write_start(directory: Path, *, kind: str | None, name: str, is_forced: bool) -> str:
    """Write a starting adapter, settings and a workflow.

    Args:
        directory: of the repository.
        kind: of the adapter; guessed if None.
        name: of the adapter.
        is_forced: whether what exists is overwritten.

    Returns:
        What was written, and what to do next, as lines for the user.

    Raises:
        UsageError: if the name is none, something exists already, or cannot be read or written.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise UsageError(f"--name {name}: write lower-case letters, digits and _, a letter first")
    if name in sys.stdlib_module_names:
        raise UsageError(f"--name {name}: Python has a module of that name; choose another one")
    find_settings(directory)  # nothing is added to what cannot be read
    chosen = kind or guess_kind(directory)
    texts = _texts(directory, KINDS[chosen], name, is_forced=is_forced)
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}") from None
    return _told(directory, KINDS[chosen], name, list(texts))


def _texts(directory: Path, kind: Kind, name: str, *, is_forced: bool) -> dict[Path, str]:
    """What to write where; nothing is written yet."""
    adapter = directory / _named(kind.file, name)
    workflow = directory / _WORKFLOW
    for path in (adapter, workflow):
        if path.exists() and not is_forced:
            raise UsageError(f"{path} exists (--force overwrites it)")
    own, project = directory / FILE, directory / "pyproject.toml"
    settings = project if project.is_file() and not own.exists() else own
    impl = _named(kind.impl, name)
    steps = _template("workflow.yml.template").replace("@setup@", kind.setup)
    return {
        adapter: _named(_template(kind.template), name),
        settings: _with_settings(settings, impl, is_forced=is_forced),
        workflow: _named(steps.replace("@settings@", settings.name), name),
    }


def _with_settings(path: Path, impl: str, *, is_forced: bool) -> str:
    """The text of a file of settings, with ours; whatever else stands in it stays."""
    if not path.exists():
        return f"{_HEAD}impl = {tomlkit.string(impl).as_string()}\n"
    text, document = _read(path)
    table = document if path.name == FILE else document.get("tool", {}).get(TABLE)
    if table is None:
        line = f"[tool.{TABLE}]\nimpl = {tomlkit.string(impl).as_string()}\n"
        return f"{text.rstrip()}\n\n{line}" if text.strip() else line
    if not is_forced:
        raise UsageError(f"{path} has settings of ours (--force sets `impl` in them anew)")
    table["impl"] = impl
    return tomlkit.dumps(document)


def _read(path: Path) -> tuple[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomlkit.parse(text)
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def _template(name: str) -> str:
    files = importlib.resources.files("conformance.cli.init") / "templates"
    return (files / name).read_text(encoding="utf-8")


def _named(text: str, name: str) -> str:
    """Put the adapter's name in."""
    class_name = "".join(part.capitalize() for part in name.split("_"))
    return text.replace("@name@", name).replace("@Name@", class_name)


def _told(directory: Path, kind: Kind, name: str, written: list[Path]) -> str:
    """Say what was written and what to do next."""
    lines = [f"wrote {path}" for path in written]
    here = "" if directory.samefile(".") else f"cd {shlex.quote(str(directory))} && "
    build = f"{_named(kind.build, name)} && " if kind.build else ""
    return "\n".join(
        [
            *lines,
            "next:",
            f"  {here}{build}wfc run --effort none    a first verdict: the stand-in breaks clauses",
            f"  put your factory into {written[0].name}, in the stand-in's place",
            f"  wfc doctor --impl '{_named(kind.impl, name)}'    does the adapter work?",
            f"  put the suite's repository into {_WORKFLOW}, for OWNER/REPO@REF",
        ]
    )
