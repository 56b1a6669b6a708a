"""The form of a clause: one testable sentence of the contract, with an id."""

from __future__ import annotations

from enum import StrEnum

import msgspec

#: Spark lines examined, oldest first; CONTRACT evidence, section 1.
LINES = (
    "2.4", "3.0", "3.1", "3.2", "3.3", "3.4", "3.5", "4.0", "4.1", "4.2", "4.3",
)  # fmt: skip


class Level(StrEnum):
    """How binding a clause is, after RFC 2119."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Need(StrEnum):
    """What it takes to observe a clause."""

    FAKES = "fakes"
    CALLER = "caller"
    LOG = "log"
    INSPECT = "inspect"
    #: Asks for workers through SparkEnv, not through one factory.
    ENV = "env"
    #: Needs the implementation's own daemon module.
    DAEMON = "daemon"
    #: Can be read in the source alone; no scenario can observe it.
    SOURCE = "source"


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """One testable sentence of the contract.

    Attributes:
        id: such as `F-RST-01`; never reused.
        level: how binding it is.
        text: the sentence.
        source: where it stands: an item of the page, or Spark releases and symbols.
        needs: what it takes to observe it.
        since: first Spark line it holds for; None for the first examined.
        until: last Spark line it holds for; None for the newest.
        page: item of the internals page that says it; None if the page is silent.
        defect: whether Spark itself breaks it (then it is a SHOULD).
        levels: level in single Spark lines where it differs from `level`.
    """

    id: str
    level: Level
    text: str
    source: str
    needs: tuple[Need, ...]
    since: str | None = None
    until: str | None = None
    page: int | None = None
    defect: bool = False
    levels: dict[str, Level] = {}

    def is_in_line(self, line: str) -> bool:
        """Tell whether the clause holds for a Spark line.

        Args:
            line: one of `LINES`.

        Returns:
            Whether it lies within `since` and `until`.
        """
        position = LINES.index(line)
        first = LINES.index(self.since) if self.since else 0
        last = LINES.index(self.until) if self.until else len(LINES) - 1
        return first <= position <= last

    def is_in_every_line(self) -> bool:
        """Tell whether every examined Spark line keeps to this clause.

        Returns:
            Whether it is bound to no line.
        """
        return self.since is None and self.until is None


def span(clause: Clause) -> str:
    """Say which Spark lines a clause holds for.

    Args:
        clause: the clause.

    Returns:
        Such as `all`, `4.0 and later`, `up to 3.5`, `3.2 to 3.5`.
    """
    if clause.is_in_every_line():
        return "all"
    if clause.until is None:
        return f"{clause.since} and later"
    if clause.since is None:
        return f"up to {clause.until}"
    return f"{clause.since} to {clause.until}"
