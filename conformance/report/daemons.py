"""docs/daemons.md: daemon modules, judged by the D-clauses, in one table."""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003 - public annotation read by tools

import msgspec

from conformance.contract.clause import Level
from conformance.contract.clauses import CLAUSES, find
from conformance.contract.profiles import find_profile
from conformance.evidence.findings import Verdict

_HEAD = """\
<!-- Drawn from docs/daemons.json by docs/draw.py; do not edit. -->

# Daemon modules, judged

Every scenario of the daemon clauses, and the machine that drives daemons, on each of these, by the
suite in the factory's place. The daemons of Spark are those of its releases, each in an
environment of its own. To measure again:

    python -m benchmarks.daemons --envs DIRECTORY

DIRECTORY holds virtual environments named `spark-RELEASE`, with `pyspark` of that release, or
`daemons-RELEASE`, with the small one: `pip install --no-deps pyspark-client==RELEASE`.
The command ends with 1 if a verdict is neither PASS nor explained.
"""
_LEGEND = """\
PASS is `·`, a clause that does not bind in that profile is empty. KNOWN: a recorded deviation,
seen as recorded. ADVICE: a SHOULD is not kept. UNVERIFIED: it cannot be observed there. The
reasons stand below.
"""
_SHOWN = {Verdict.PASS: "·", Verdict.NOT_APPLICABLE: ""}
#: Verdicts that need no word.
_PLAIN = (Verdict.PASS, Verdict.NOT_APPLICABLE)


class Judged(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One daemon module, judged.

    Attributes:
        subject: its name in the table.
        module: its dotted name.
        profile: by which it was judged.
        clauses: verdict on each daemon clause.
        reasons: why a verdict is neither PASS nor NOT APPLICABLE, by clause.
        seconds: how long it took.
    """

    subject: str
    module: str
    profile: str
    clauses: dict[str, Verdict]
    reasons: dict[str, str] = {}
    seconds: float = 0.0


class Measured(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """docs/daemons.json: all daemon modules that were judged."""

    judged: tuple[Judged, ...] = ()


def read_measured(content: bytes) -> Measured:
    """Read docs/daemons.json.

    Args:
        content: of the file.

    Returns:
        What was measured.
    """
    return msgspec.json.decode(content, type=Measured)


def unexplained(one: Judged) -> tuple[str, ...]:
    """Find the clauses of a daemon whose verdicts nothing explains.

    Args:
        one: the daemon, judged.

    Returns:
        Ids: what failed, broke down, or is UNVERIFIED without a reason.
    """
    return tuple(
        clause for clause, verdict in one.clauses.items() if not _is_explained(one, clause, verdict)
    )


def _is_explained(one: Judged, clause: str, verdict: Verdict) -> bool:
    if verdict in (Verdict.KNOWN, Verdict.UNVERIFIED):
        return bool(one.reasons.get(clause))
    if verdict is Verdict.ADVICE:
        return find_profile(one.profile).level(find(clause)) is not Level.MUST
    return verdict in _PLAIN


def draw_daemons(measured: Measured) -> str:
    """Draw docs/daemons.md.

    Args:
        measured: docs/daemons.json.

    Returns:
        The page.
    """
    return "\n".join([_HEAD, *_summary(measured), "", _LEGEND, *_table(measured), *_why(measured)])


def _summary(measured: Measured) -> Iterator[str]:
    yield "| daemon | module | profile | verdicts | unexplained | s |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for one in measured.judged:
        wrong = ", ".join(unexplained(one)) or "none"
        yield (
            f"| {one.subject} | `{one.module}` | {one.profile} | {_counted(one)} | {wrong} "
            f"| {one.seconds:.0f} |"
        )


def _counted(one: Judged) -> str:
    verdicts = list(one.clauses.values())
    present = [verdict for verdict in Verdict if verdict in verdicts]
    return ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in present)


def _table(measured: Measured) -> Iterator[str]:
    yield f"| clause | level | {' | '.join(one.subject for one in measured.judged)} |"
    yield f"| --- | --- |{' --- |' * len(measured.judged)}"
    for clause in CLAUSES:
        if clause.id.startswith("D-"):
            verdicts = [one.clauses.get(clause.id) for one in measured.judged]
            shown = [_SHOWN.get(found, found) if found else "?" for found in verdicts]
            yield f"| {clause.id} | {clause.level} | {' | '.join(shown)} |"
    yield ""


def _why(measured: Measured) -> Iterator[str]:
    yield "## Why"
    yield ""
    for one in measured.judged:
        for clause, reason in one.reasons.items():
            if one.clauses[clause] not in _PLAIN:
                yield f"- {one.subject}, {clause} {one.clauses[clause]}: {reason}"
    yield ""
