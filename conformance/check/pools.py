"""Wrongs in how idle workers are kept, handed out again and given up."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from conformance.evidence.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.evidence.history import History

_NS = 1_000_000_000


def double_handouts(names: Sequence[str]) -> Iterator[Finding]:
    """See a worker that was handed to several callers at a time.

    Args:
        names: of the workers handed out, none of them given back in between.

    Yields:
        One finding for each such worker.
    """
    for name, count in Counter(names).items():
        if count > 1:
            yield Finding("double_handouts", "different workers", f"{name} {count} times")


def wrong_handouts(names: Sequence[str], expected: Sequence[str]) -> Iterator[Finding]:
    """See idle workers not handed out, or in another order.

    Args:
        names: of the workers handed out, in order.
        expected: names of those that had to be.

    Yields:
        One finding if they differ.
    """
    if list(names) != list(expected):
        yield Finding("wrong_handouts", f"{' '.join(expected)}", f"{' '.join(names)}")


def dead_handouts(names: Sequence[str], unfit: Sequence[str]) -> Iterator[Finding]:
    """See workers handed out that were dead, stopped or strangers.

    Args:
        names: of the workers handed out.
        unfit: names of those that must not be.

    Yields:
        One finding for each of them.
    """
    for name in names:
        if name in unfit:
            yield Finding("dead_handouts", "a worker that can serve", f"{name}")


def mute_handouts(answers: Sequence[int | None]) -> Iterator[Finding]:
    """See workers handed out that do not answer.

    Args:
        answers: for each worker handed out the pid that answered, None if none did.

    Yields:
        One finding if some did not.
    """
    mute = sum(pid is None for pid in answers)
    if mute:
        yield Finding("mute_handouts", "each worker answers", f"{mute} of {len(answers)} do not")


def lingering_idle_workers(idle: Sequence[int] | None, gone: Sequence[int]) -> Iterator[Finding]:
    """See workers that are still queued as idle though they must not be.

    Args:
        idle: pids queued, as the factory shows them; None if it does not.
        gone: pids that must not be among them.

    Yields:
        One finding for each that is.
    """
    for pid in gone:
        if pid in (idle or ()):
            yield Finding("lingering_idle_workers", f"{pid} not idle", f"idle: {list(idle or ())}")


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """When idle workers must be closed.

    Attributes:
        called_ns: when the last release was called.
        returned_ns: when it had returned.
        timeout_s: the idle time-out.
        delay_s: how much later than that they may be closed.
    """

    called_ns: int
    returned_ns: int
    timeout_s: float
    delay_s: float


def unclosed_idle_workers(history: History, pids: Sequence[int], term: Term) -> Iterator[Finding]:
    """See idle workers whose connection was not closed in time.

    Args:
        history: of the scenario.
        pids: of the idle workers.
        term: when they must be closed.

    Yields:
        One finding for each of them.
    """
    latest_s = term.timeout_s + term.delay_s
    for pid in pids:
        closed = [seen for seen in history.of("closed", "worker") if seen.pid == pid]
        after_s = (closed[0].at_ns - term.returned_ns) / _NS if closed else None
        if after_s is None or after_s > latest_s:
            actual = "not closed" if after_s is None else f"after {after_s:.3f} s"
            wanted = f"worker {pid} closed within {latest_s:g} s"
            yield Finding("unclosed_idle_workers", wanted, actual)


def early_idle_closes(history: History, pids: Sequence[int], term: Term) -> Iterator[Finding]:
    """See idle workers that were closed before their time.

    Args:
        history: of the scenario.
        pids: of the idle workers.
        term: when they must be closed.

    Yields:
        One finding for each of them.
    """
    for seen in history.of("closed", "worker"):
        after_s = (seen.at_ns - term.called_ns) / _NS
        if seen.pid in pids and after_s < term.timeout_s:
            wanted = f"worker {seen.pid} closed not before {term.timeout_s:g} s"
            yield Finding("early_idle_closes", wanted, f"after {after_s:.3f} s", seen.at_ns)
