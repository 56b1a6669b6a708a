"""What `wfc matrix` was asked, checked before anything is started."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import Any, Literal

import msgspec

from conformance.contract.clauses import matching
from conformance.contract.profiles import find_profile
from conformance.errors import UsageError
from conformance.report.matrix_file import Asked


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What `wfc matrix` was asked.

    Attributes:
        subjects: all of the file.
        place: directory of the file, in which subjects are run.
        only: names of those to be run or read again; none for all.
        clauses: patterns of clause ids.
        effort: how long the machines search.
        jobs: how many processes play each run.
        out: directory for what is written.
        is_json: whether standard output gets matrix.json, and nothing else.
        command: the command line, for the record.
    """

    subjects: tuple[Asked, ...]
    place: Path
    only: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    effort: Literal["quick", "default", "thorough", "none"] = "default"
    jobs: int = 1
    out: Path = Path("wfc-report/matrix")
    is_json: bool = False
    command: tuple[str, ...] = ()

    @property
    def chosen(self) -> tuple[Asked, ...]:
        """The subjects to be run or read."""
        return tuple(one for one in self.subjects if not self.only or one.name in self.only)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The user's file."""

    subject: tuple[Asked, ...] = ()


def read_options(given: dict[str, Any]) -> Options:
    """Bring the options of the command line into form.

    Args:
        given: by name, as click gives them.

    Returns:
        The options.

    Raises:
        UsageError: if the file is malformed, or something it names does not exist.
    """
    file: Path = given["file"]
    subjects = read_subjects(file)
    names = [one.name for one in subjects]
    only: tuple[str, ...] = given["only"]
    for name in only:
        if name not in names:
            near = difflib.get_close_matches(name, names) or names
            raise UsageError(f"{file} has no subject {name!r}; it has {', '.join(near)}")
    for glob in given["clauses"]:
        matching(glob)
    return Options(
        subjects=subjects,
        place=file.resolve().parent,
        only=only,
        clauses=given["clauses"],
        effort=given["effort"],
        jobs=given["jobs"],
        out=given["out"],
        is_json=given["as_json"],
        command=("wfc", *sys.argv[1:]),
    )


def read_subjects(path: Path) -> tuple[Asked, ...]:
    """Read the user's file.

    Args:
        path: of the file.

    Returns:
        Its subjects, at least one, no two of one name.

    Raises:
        UsageError: if it is malformed.
    """
    try:
        subjects = msgspec.toml.decode(path.read_bytes(), type=_File).subject
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None
    if not subjects:
        raise UsageError(f"{path} has no [[subject]]")
    names = [one.name for one in subjects]
    for one in subjects:
        if wrong := _wrong_with(one):
            raise UsageError(f"{path}: subject {one.name!r} {wrong}")
        if names.count(one.name) > 1:
            raise UsageError(f"{path}: there are two subjects {one.name!r}")
        if one.profile:
            find_profile(one.profile)
    return subjects


def _wrong_with(asked: Asked) -> str:
    """Say what is wrong with a subject; empty if nothing is."""
    is_run = bool(asked.impl or asked.daemon)
    reasons = (
        ("needs a name that can be printed", not (asked.name.strip() and asked.name.isprintable())),
        ("says nothing to judge: give impl, daemon or run", not is_run and not asked.run),
        (
            "is a stored run: leave out all but its name and run",
            bool(asked.run) and asked != Asked(name=asked.name, run=asked.run),
        ),
        ("has python without daemon", bool(asked.python) and not asked.daemon),
    )
    return next((said for said, holds in reasons if holds), "")
