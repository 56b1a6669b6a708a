"""A machine after one mutant: it stops at the first failure that will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.drive.clock import now_s
from conformance.errors import EnvironmentFault
from conformance.evidence.findings import Finding  # noqa: TC001 - msgspec reads it
from conformance.machines.arena import Arena
from conformance.machines.hunt import failures, replay_until, settle
from conformance.machines.performance import FULL
from conformance.stage.opening import Search

if TYPE_CHECKING:
    from collections.abc import Collection

    from conformance.machines.arena import Failure
    from conformance.stage.opening import Opened


class Chased(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a chase.

    Attributes:
        findings: what was wrong, each with its clause; none if nothing was found.
        at_s: when it was seen first, on the monotonic clock.
        took_s: how long the chase took.
    """

    findings: tuple[Finding, ...] = ()
    at_s: float = 0.0
    took_s: float = 0.0


def chase(opened: Opened, machine: str, declared: Collection[str]) -> Chased:
    """Let a machine look for a failure, by the seeds and examples of a usual hunt.

    Args:
        opened: run of the mutant.
        machine: its name.
        declared: clauses that are expected to fall.

    Returns:
        What it found.

    Raises:
        EnvironmentFault: if it saw a failure that did not show again, and no other.
    """
    began_s = now_s()
    arena = Arena(opened.run, opened.ledger.terms)
    for failure, _ in failures(arena, machine, Search()):
        at_s = began_s + failure.after_s
        findings = _confirmed(arena, failure, machine, declared)
        if findings:
            return Chased(findings=findings, at_s=at_s, took_s=now_s() - began_s)
    if arena.unconfirmed:
        raise EnvironmentFault(
            f"the {machine} machine saw it, and not again: {arena.unconfirmed[0].findings[0]}"
        )
    return Chased(took_s=now_s() - began_s)


def _confirmed(
    arena: Arena, failure: Failure, machine: str, declared: Collection[str]
) -> tuple[Finding, ...]:
    """See a failure again by the full deadlines.

    Which clause a long story is put down to depends on its length; if it is none of the
    declared ones, the story is shrunk, as in a hunt.
    """
    seen = replay_until(arena, failure.scenario, FULL, arena.counts)
    if seen is not None and all(one.clause in declared for one in seen.findings):
        return seen.findings
    found = settle(arena, failure, machine, None)
    return found.replayed.findings if found is not None else ()
