"""What a person's scenario expects of an operation, beside what the model asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.evidence.findings import Finding
from conformance.evidence.outcomes import Raised, Returned
from conformance.evidence.scenario import Asked, Create, Exchange, Expectation, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.machines.performance import Done, Performance


class Counts(msgspec.Struct, frozen=True):
    """What was counted of a factory until a moment.

    Attributes:
        starts: of daemons, or of simple workers.
        connections: that its daemons accepted.
        kill_requests: how many its daemons were sent.
    """

    starts: int
    connections: int
    kill_requests: int


def expectation_of(operation: Operation | Asked) -> Expectation:
    """Give what a scenario expects of an operation.

    Args:
        operation: in question.

    Returns:
        The expectation; one that asks for nothing if there is none.
    """
    return operation.expect or Expectation()


def failed_expectations(done: Done, pids: dict[str, int]) -> Iterator[Finding]:
    """See an operation that came out otherwise than its scenario says.

    Args:
        done: the operation.
        pids: of the workers handed out so far, by name.

    Yields:
        One finding for each thing that differs.
    """
    wanted = expectation_of(done.operation)
    has_returned = isinstance(done.outcome, Returned)
    if isinstance(done.operation, Exchange):
        has_returned = done.answered_pid is not None
    if wanted.outcome is not None and has_returned != (wanted.outcome == "returns"):
        how = "returned" if has_returned else str(done.outcome)
        yield Finding("failed_expectations", wanted.outcome, how)
    if wanted.counts_as:
        counts_as = done.outcome.counts_as if isinstance(done.outcome, Raised) else "no error"
        if counts_as not in wanted.counts_as:
            yield Finding("failed_expectations", " or ".join(wanted.counts_as), counts_as)
    if wanted.same_as is not None and isinstance(done.operation, Create):
        got, same = pids.get(done.operation.worker), pids.get(wanted.same_as)
        if got != same:
            actual = f"pid {got}; {wanted.same_as} has {same}"
            yield Finding("failed_expectations", f"the same worker as {wanted.same_as}", actual)


def counts(performance: Performance, factory: str) -> Counts:
    """Count what was seen of a factory so far.

    Args:
        performance: in which it plays.
        factory: its name.

    Returns:
        The counts.
    """
    seen = performance.watch.of(factory)
    return Counts(len(seen.starts), seen.connections, len(seen.kill_requests))


def failed_counts(
    wanted: Expectation, before: Counts, performance: Performance, factory: str
) -> Iterator[Finding]:
    """See an operation from which more or less followed than its scenario says.

    Args:
        wanted: what the scenario says.
        before: what had been counted when the operation began.
        performance: in which the factory plays.
        factory: its name.

    Yields:
        One finding for each count that differs.
    """
    after = counts(performance, factory)
    for name in ("starts", "connections"):
        expected = getattr(wanted, name)
        actual = getattr(after, name) - getattr(before, name)
        if expected not in (None, actual):
            yield Finding("failed_expectations", f"{expected} {name}", f"{actual}")
    if wanted.kill_requests is not None:
        requests = performance.watch.of(factory).kill_requests[before.kill_requests :]
        pids = [performance.pids.get(worker) for worker in wanted.kill_requests]
        if requests != pids:
            expected = f"kill requests for {' '.join(wanted.kill_requests) or 'nobody'}: {pids}"
            yield Finding("failed_expectations", expected, f"{requests}")
