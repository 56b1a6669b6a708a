"""The forms of Spark's history: a bug that the suite sees, and a change that it does not."""

from __future__ import annotations

import msgspec


class Bug(msgspec.Struct, frozen=True, kw_only=True):
    """A bug that a factory or a daemon shows through our door.

    Attributes:
        id: of the issue, pull request or advisory; in words where there is none.
        wrong: what was wrong, and by what people noticed.
        fixed: first release, or line of releases, without it.
        clauses: that forbid it; the releases before break each of them.
        scenarios: tests that see it, as `wfc list scenarios` names them.
        mutants: of the reference, that break these clauses the same way or nearly so.
        before: newest release that has it and can be run; empty if there is none.
        after: first release without it; empty if `before` is.
        profile: by which both are judged: that of the line that is without it.
        unrun: why no release was run; empty if one was.
    """

    id: str
    wrong: str
    fixed: str
    clauses: tuple[str, ...]
    scenarios: tuple[str, ...]
    mutants: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    profile: str = ""
    unrun: str = ""


class Unseen(msgspec.Struct, frozen=True):
    """A change of Spark's that no scenario of ours sees.

    Attributes:
        id: as in `Bug`.
        wrong: what was wrong.
        why: why the suite does not see it.
    """

    id: str
    wrong: str
    why: str
