"""The user's baseline: deviations that he knows of, with reasons, for a while."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import msgspec

from conformance.contract.clauses import find
from conformance.contract.deviations import Deviation
from conformance.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[deviation]]` of a baseline file.

    Attributes:
        clause: id of the clause that is not kept.
        wrong: name of the wrong as the report shows it; several are joined by `|`.
        reason: why it is accepted.
        expires: last day on which it is accepted; None for ever.
    """

    clause: str
    wrong: str
    reason: str
    expires: date | None = None


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A baseline file."""

    deviation: tuple[Entry, ...] = ()


class Baseline(msgspec.Struct, frozen=True):
    """A baseline, ready to judge by.

    Attributes:
        known: the deviations.
        expired: clauses whose entry has expired, with the reason.
    """

    known: tuple[Deviation, ...] = ()
    expired: dict[str, str] = {}


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
    try:
        file = msgspec.toml.decode(path.read_bytes(), type=File)
    except (msgspec.DecodeError, OSError) as error:
        raise UsageError(f"{path}: {error}") from None
    clauses = [entry.clause for entry in file.deviation]
    for entry in file.deviation:
        find(entry.clause)
        if clauses.count(entry.clause) > 1:
            raise UsageError(f"{path}: {entry.clause} stands there twice; join wrongs by |")
        if not entry.wrong or not entry.reason:
            raise UsageError(f"{path}: {entry.clause} needs a wrong and a reason")
    day = today or datetime.now(UTC).date()
    return Baseline(
        known=tuple(_deviation(entry, path) for entry in file.deviation),
        expired={
            entry.clause: f"{path}: the entry expired on {entry.expires}"
            for entry in file.deviation
            if entry.expires and entry.expires < day
        },
    )


def _deviation(entry: Entry, path: Path) -> Deviation:
    return Deviation(clause=entry.clause, how=entry.reason, evidence=path.name, wrong=entry.wrong)
