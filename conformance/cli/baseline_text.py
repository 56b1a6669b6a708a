"""The text of a baseline file, changed entry by entry; the rest of it stays as it is.

Comments are the user's. One right above an entry, with an empty line above itself, is about
that entry and goes with it; so does one that ends it. All others stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Table

from conformance.errors import SuiteError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from tomlkit.items import Item

    from conformance.cli.baseline import Entry

#: The array of tables that holds the entries.
_ARRAY = "deviation"
#: An empty line, as a file has it: the end of a line, then one with nothing in it.
_EMPTY_LINE = "\n\n"


class _Piece(NamedTuple):
    """One entry of the file, and what stands below it.

    Attributes:
        clause: its id.
        own: the text that is its own.
        gap: comments and empty lines between it and the next entry.
    """

    clause: str
    own: str
    gap: str


def with_entry(text: str, entry: Entry) -> str:
    """Put an entry into a file: into its own place if its clause has one, else at the end.

    Args:
        text: of the file.
        entry: as it shall stand there.

    Returns:
        The new text.

    Raises:
        UsageError: if the file is written in a way that is not edited.
    """
    document = _parse(text)
    for table in _tables(document):
        if table.unwrap()["clause"] == entry.clause:
            _change(table, _fields(entry))
            return tomlkit.dumps(document)
    return _joined(text if not text or text.endswith("\n") else f"{text}\n", _new(entry))


def without_entries(text: str, clauses: Collection[str]) -> str:
    """Take entries out of a file.

    Args:
        text: of the file.
        clauses: ids of those to be taken out.

    Returns:
        The new text.

    Raises:
        UsageError: if the file is written in a way that is not edited.
    """
    kept, pieces = _pieces(text)
    for piece in pieces:
        if piece.clause in clauses:
            kept = _seamless(_without_head(kept), piece.gap)
        else:
            kept += piece.own + piece.gap
    return kept


def _parse(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise UsageError(f"the baseline is no TOML: {error}") from None


def _tables(document: tomlkit.TOMLDocument) -> tuple[Table, ...]:
    if _ARRAY not in document:
        return ()
    array = document[_ARRAY]
    if not isinstance(array, AoT):
        raise UsageError(f"only a file that writes its entries as [[{_ARRAY}]] is edited")
    return tuple(array.body)


# -- one entry -----------------------------------------------------------------------------


def _fields(entry: Entry) -> dict[str, str | date | bool]:
    """Select what is worth writing down: whatever is not the default."""
    plain = msgspec.structs.asdict(entry)
    defaults = {"link": "", "expires": None, "certain": True}
    return {name: value for name, value in plain.items() if value != defaults.get(name)}


def _new(entry: Entry) -> str:
    table = tomlkit.table()
    for name, value in _fields(entry).items():
        table.add(name, value)
    return f"[[{_ARRAY}]]\n{table.as_string()}"


def _change(table: Table, fields: dict[str, Any]) -> None:
    """Set fields; new ones stand below the others, above what ends the entry."""
    body = table.value.body
    number = len(_trailing(table))
    below = body[len(body) - number :]
    del body[len(body) - number :]
    was = table.unwrap()
    for name in set(was) - set(fields):
        del table[name]
    for name, value in fields.items():
        if was.get(name) != value:
            table[name] = value
    body.extend(below)


def _trailing(table: Table) -> list[Item]:
    """Find what stands below an entry's last field."""
    found: list[Item] = []
    for key, item in reversed(table.value.body):
        if key is not None:
            break
        found.insert(0, item)
    return found


# -- the whole file ------------------------------------------------------------------------


def _pieces(text: str) -> tuple[str, list[_Piece]]:
    """Cut a file: what stands above the first entry, then the entries."""
    document = _parse(text)
    tables = _tables(document)
    if not tables:
        return text, []
    above = "".join(item.as_string() for key, item in document.body if key is None)
    at = len(above)
    pieces: list[_Piece] = []
    for table in tables:
        end = text.index("\n", at) + 1 + len(table.as_string())
        gap = _gap("".join(item.as_string() for item in _trailing(table)))
        clause = table.unwrap()["clause"]
        pieces.append(_Piece(clause, text[at : end - len(gap)], gap))
        at = end
    if at != len(text):
        raise SuiteError("the baseline has parts that are no entries")
    return above, pieces


def _gap(trailing: str) -> str:
    """Leave out of what stands below a last field what ends the entry itself."""
    lines = trailing.splitlines(keepends=True)
    own = next((at for at, line in enumerate(lines) if not line.strip()), 0)
    return "".join(lines[own:])


def _without_head(text: str) -> str:
    """Take off a comment that is about the entry below: no empty line between, one above."""
    lines = text.splitlines(keepends=True)
    count = 0
    while count < len(lines) and lines[-1 - count].lstrip().startswith("#"):
        count += 1
    is_head = 0 < count < len(lines) and not lines[-1 - count].strip()
    return "".join(lines[: len(lines) - count]) if is_head else text


def _seamless(above: str, below: str) -> str:
    """Join texts where an entry was; its empty line goes, too."""
    is_open = not above.strip() or above.replace("\r", "").endswith(_EMPTY_LINE)
    return above + (below.lstrip("\r\n") if is_open else below)


def _joined(above: str, below: str) -> str:
    has_room = not above or above.replace("\r", "").endswith(_EMPTY_LINE)
    return above + ("" if has_room else "\n") + below
