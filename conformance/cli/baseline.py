"""The user's baseline: deviations that he knows of, with reasons, for a while."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from conformance.contract.clauses import find
from conformance.contract.deviations import Deviation
from conformance.errors import UsageError
from conformance.report.stale import EXPIRED

#: Stands between the names of wrongs.
_OR = "|"
#: What a link begins with.
_LINKS = ("https://", "http://")


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[deviation]]` of a baseline file.

    Attributes:
        clause: id of the clause that is not kept.
        wrong: name of the wrong as the report shows it; several are joined by `|`.
        reason: why it is accepted.
        link: where more is told, such as an issue; empty if nowhere.
        expires: last day on which it is accepted; None for ever.
        certain: whether every run shows it; an uncertain one (a race) may also pass.
    """

    clause: str
    wrong: str
    reason: str
    link: str = ""
    expires: date | None = None
    certain: bool = True

    @property
    def wrongs(self) -> tuple[str, ...]:
        """The names of the wrongs, one by one."""
        return tuple(self.wrong.split(_OR))

    def has_expired(self, day: date) -> bool:
        """Tell whether it is accepted no more.

        Args:
            day: on which one asks.

        Returns:
            Whether that is behind its last day.
        """
        return self.expires is not None and self.expires < day

    def joined(self, wrongs: tuple[str, ...]) -> str:
        """Add wrongs to those that stand there.

        Args:
            wrongs: names of more wrongs.

        Returns:
            All names, each once, in the form of the field.
        """
        return _OR.join(dict.fromkeys((*filter(None, self.wrongs), *wrongs)))


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A baseline file."""

    deviation: tuple[Entry, ...] = ()


class Baseline(msgspec.Struct, frozen=True):
    """A baseline, ready to judge by.

    Attributes:
        known: the deviations.
        expired: clauses whose entry has expired, with the reason.
        file: that it was read from, from where the user stands; empty if from none.
    """

    known: tuple[Deviation, ...] = ()
    expired: dict[str, str] = {}
    file: str = ""


def this_day() -> date:
    """Read the calendar.

    Returns:
        The day it is, in UTC.
    """
    return datetime.now(UTC).date()


def read_baseline(path: Path, today: date | None = None) -> Baseline:
    """Read a baseline file.

    Args:
        path: of the file.
        today: the day to judge expiry by; the real one, in UTC, if None.

    Returns:
        The baseline.

    Raises:
        UsageError: if the file is malformed, or names a clause twice or one that does
            not exist.
    """
    entries = read_entries(path)
    day = today or this_day()
    return Baseline(
        known=tuple(_deviation(entry, path) for entry in entries),
        expired={
            entry.clause: f"{path.name}: {EXPIRED} {entry.expires}: {entry.reason}"
            for entry in entries
            if entry.has_expired(day)
        },
        file=str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path),
    )


def read_entries(path: Path) -> tuple[Entry, ...]:
    """Read the entries of a baseline file.

    Args:
        path: of the file.

    Returns:
        The entries, in the order of the file.

    Raises:
        UsageError: as `read_baseline`.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    return decode_entries(content, path)


def decode_entries(content: bytes, path: Path) -> tuple[Entry, ...]:
    """Read the entries in the content of a baseline file.

    Args:
        content: of the file.
        path: of the file, for messages.

    Returns:
        The entries, in the order of the file.

    Raises:
        UsageError: as `read_baseline`.
    """
    try:
        entries = msgspec.toml.decode(content, type=File).deviation
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None
    clauses = [entry.clause for entry in entries]
    for entry in entries:
        _see_clause(entry, path)
        if clauses.count(entry.clause) > 1:
            raise UsageError(f"{path}: {entry.clause} stands there twice; join wrongs by |")
        if not all(entry.wrongs) or not entry.reason.strip():
            raise UsageError(f"{path}: {entry.clause} needs a wrong and a reason")
        if entry.link and not entry.link.startswith(_LINKS):
            raise UsageError(f"{path}: the link of {entry.clause} must begin with https://")
    return entries


def _see_clause(entry: Entry, path: Path) -> None:
    try:
        find(entry.clause)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def _deviation(entry: Entry, path: Path) -> Deviation:
    return Deviation(
        clause=entry.clause,
        how=entry.reason,
        evidence=f"{path.name}, {entry.link}" if entry.link else path.name,
        wrong=entry.wrong,
        certain=entry.certain,
    )
