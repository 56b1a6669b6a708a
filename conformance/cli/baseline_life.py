"""The life of a baseline: shown, added to with a reason, and cleaned of what passes."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import click
import msgspec

from conformance.cli.baseline import Entry, decode_entries, read_entries, this_day
from conformance.cli.baseline_text import with_entry, without_entries
from conformance.cli.lists import table
from conformance.cli.printing import width
from conformance.contract.clauses import find
from conformance.contract.profiles import find_profile
from conformance.errors import UsageError
from conformance.evidence.findings import Verdict
from conformance.report.files import replace_file
from conformance.report.verdict_file import read

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from conformance.report.verdict_file import ClauseEntry, VerdictFile

#: Verdicts with findings that a baseline may name.
_ACCEPTABLE = (Verdict.FAIL, Verdict.STALE, Verdict.KNOWN)

#: What a user says for a deviation that is accepted without limit.
_NEVER = "never"


class Asked(NamedTuple):
    """What `wfc baseline accept` was asked.

    Attributes:
        clauses: ids of those that are accepted.
        reason: why.
        link: where more is told; None leaves it as it stands.
        expires: last day on which it is accepted, or `never`; None leaves it as it stands.
        is_uncertain: whether it may also pass.
    """

    clauses: tuple[str, ...]
    reason: str
    link: str | None = None
    expires: str | None = None
    is_uncertain: bool = False


def show(path: Path) -> None:
    """Show what a baseline file has.

    Args:
        path: of the file.
    """
    entries, today = read_entries(path), this_day()
    rows = [(one.clause, _lasts(one, today), _about(one)) for one in entries]
    for line in table(rows, width() if sys.stdout.isatty() else None):
        click.echo(line)
    expired = sum(one.has_expired(today) for one in entries)
    click.echo(f"{_deviations(len(entries))} in {path}" + f", {expired} expired" * bool(expired))


def accept(run: Path, path: Path, asked: Asked) -> None:
    """Accept what a run found against clauses.

    Args:
        run: its directory, or its verdict.json.
        path: of the baseline file; it is made if there is none.
        asked: what is accepted, and why.

    Raises:
        UsageError: if the run found nothing against a clause, or the reason, the link or
            the date are none.
    """
    file, today, content = read(run), this_day(), _content(path)
    said: list[str] = []
    for clause in dict.fromkeys(asked.clauses):
        old = _entry_of(clause, decode_entries(content, path))
        new = _accepted(_judged(file, clause), file, old, asked)
        if new.has_expired(today):
            raise UsageError(f"{clause} expired on {new.expires}: give a later --expires, or never")
        content = with_entry(content.decode(), new).encode()
        said += _said(new, old, today)
    _replace(path, content)
    for line in said:
        click.echo(line)
    click.echo(f"{_deviations(len(decode_entries(content, path)))} in {path}")


def prune(run: Path, path: Path) -> None:
    """Take out of a baseline what passes.

    Args:
        run: its directory, or its verdict.json.
        path: of the baseline file.

    Raises:
        UsageError: if the run did not come to its end, or a file cannot be read.
    """
    file, entries = read(run), read_entries(path)
    if file.state != "finished":
        raise UsageError(f"that run is {file.state}: what it did not come to may still fail")
    states = {one.clause: _state(_judged(file, one.clause)) for one in entries}
    gone = {one.clause for one in entries if one.certain and not states[one.clause]}
    if gone:
        _replace(path, without_entries(path.read_bytes().decode(), gone).encode())
    for entry in entries:
        if entry.clause in gone:
            click.echo(f"removed {entry.clause}: it passes")
        else:
            state = states[entry.clause] or "it passed, and may (certain = false)"
            click.echo(f"kept {entry.clause}: {state}{_expired(entry, this_day())}")
    click.echo(f"{_deviations(len(entries) - len(gone))} in {path}, {len(gone)} removed")


# -- what a run says -----------------------------------------------------------------------


def _judged(file: VerdictFile, clause: str) -> ClauseEntry:
    known = {one.clause: one for one in file.clauses}
    if find(clause).id not in known:
        raise UsageError(f"that run knows no {clause}: another version of the suite wrote it")
    return known[clause]


def _accepted(judged: ClauseEntry, file: VerdictFile, old: Entry | None, asked: Asked) -> Entry:
    """Make the entry that accepts what was found; what is not asked for stays as it was."""
    wrongs = _unexpected(judged, file)
    if judged.verdict not in _ACCEPTABLE or not (wrongs or (old and judged.findings)):
        why = f", {judged.reason}" if judged.reason else ""
        raise UsageError(
            f"nothing unexpected was found against {judged.clause}: {judged.verdict}{why}"
        )
    entry = old or Entry(clause=judged.clause, wrong="", reason="")
    return msgspec.structs.replace(
        entry,
        wrong=entry.joined(wrongs),
        reason=asked.reason,
        link=entry.link if asked.link is None else asked.link,
        expires=entry.expires if asked.expires is None else _day(asked.expires),
        certain=entry.certain and not asked.is_uncertain,
    )


def _unexpected(judged: ClauseEntry, file: VerdictFile) -> tuple[str, ...]:
    """Name the wrongs that were found, but for those that the profile records."""
    recorded = [
        one.wrong.split("|") if one.wrong else None
        for one in find_profile(file.profile).deviations
        if one.clause == judged.clause
    ]
    found = dict.fromkeys(one.wrong for one in judged.findings)
    return tuple(
        wrong for wrong in found if not any(one is None or wrong in one for one in recorded)
    )


def _state(judged: ClauseEntry) -> str:
    """Say how a clause stands in a run; nothing if it passes."""
    match judged.verdict:
        case Verdict.PASS:
            return ""
        case Verdict.STALE if not judged.findings:
            return ""
        case Verdict.FAIL | Verdict.KNOWN | Verdict.STALE | Verdict.ADVICE:
            wrongs = dict.fromkeys(one.wrong for one in judged.findings)
            return f"it fails by {', '.join(wrongs)}"
        case _:
            why = f", {judged.reason}" if judged.reason else ""
            return f"it was not judged in that run: {judged.verdict}{why}"


# -- what is said --------------------------------------------------------------------------


def _said(new: Entry, old: Entry | None, today: date) -> Iterable[str]:
    yield f"accepted {new.clause}: {new.wrong} ({_lasts(new, today)})"
    if old and old.wrong != new.wrong:
        yield f"  the wrong was  {old.wrong}"
    if old and old.reason != new.reason:
        yield f"  the reason was  {old.reason}"


def _about(entry: Entry) -> str:
    flags = "" if entry.certain else " (not in every run)"
    link = f" {entry.link}" if entry.link else ""
    return f"{entry.wrong}{flags}: {' '.join(entry.reason.split())}{link}"


def _lasts(entry: Entry, today: date) -> str:
    if entry.expires is None:
        return "for ever"
    return f"{'EXPIRED' if entry.has_expired(today) else 'until'} {entry.expires}"


def _expired(entry: Entry, today: date) -> str:
    return f"; EXPIRED {entry.expires}" if entry.has_expired(today) else ""


def _deviations(number: int) -> str:
    return f"{number} deviation{'' if number == 1 else 's'}"


def _day(text: str) -> date | None:
    if text == _NEVER:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no date: write 2026-12-31, or never") from None


# -- files ---------------------------------------------------------------------------------


def _entry_of(clause: str, entries: tuple[Entry, ...]) -> Entry | None:
    return next((one for one in entries if one.clause == clause), None)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def _replace(path: Path, content: bytes) -> None:
    """Replace the file behind a path, links followed, if what comes out can be read."""
    decode_entries(content, path)
    try:
        replace_file(path.resolve(), content)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
