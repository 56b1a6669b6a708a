"""The faults that the machines draw, and what each does to the next attempt to get a worker."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from conformance.contract.clauses import find
from conformance.errors import UsageError

if TYPE_CHECKING:
    from conformance.contract.profiles import Profile


class Effect(StrEnum):
    """What comes of an attempt on which a fault strikes."""

    NONE = "nothing: the worker is handed out"
    FAILED_START = "the daemon does not start"
    LOST = "socket exception"
    UNSURE = "the peer is lost between pid and reply"
    END_OF_STREAM = "end of stream"
    NEGATIVE_PID = "launch failure with a code"
    UNKNOWN_PID = "launch failure without a process"
    REFUSED = "authentication failed"
    REFUSED_SECRET = "the worker's secret is wrong"  # noqa: S105 - no password
    SIMPLE_NEGATIVE_PID = "simple worker's launch failure"


class Mischief(msgspec.Struct, frozen=True, kw_only=True):
    """A fault with its consequences.

    Attributes:
        fault: in the grammar of docs/side-channel.md, without ticket and selector.
        effect: on the attempt.
        ends_daemon: whether the daemon is dead afterwards.
        ends_process: whether it strikes last of all at its point, as who passes it ends.
        goes_on: whether who passes it comes to the point behind it although the attempt
            has failed, as it does not wait to hear that.
        may_end_orderly: whether the peer that it takes away may be seen to leave in good
            order: who sends the secret in one piece has nothing refused before he reads.
        ends_worker: whether the worker that was handed out is dead afterwards.
        deafens: whether the daemon lives on without listening.
        is_simple: whether it is a simple worker's.
        needs_pid_check: whether it makes sense only where pids are checked.
    """

    fault: str
    effect: Effect = Effect.NONE
    ends_daemon: bool = False
    ends_process: bool = False
    goes_on: bool = False
    may_end_orderly: bool = False
    ends_worker: bool = False
    deafens: bool = False
    is_simple: bool = False
    needs_pid_check: bool = False

    @property
    def point(self) -> str:
        """The point at which it strikes."""
        return self.fault.partition("=")[0]


#: Every fault that the model knows, by its text; the machines draw from these.
MISCHIEFS = {
    one.fault: one
    for one in (
        Mischief(
            fault="start=exit:3", effect=Effect.FAILED_START, ends_daemon=True, ends_process=True
        ),
        Mischief(
            fault="announce=text:hell,then=exit",
            effect=Effect.FAILED_START,
            ends_daemon=True,
            ends_process=True,
        ),
        Mischief(fault="announce=slow:0.02"),
        Mischief(fault="announced=crash", effect=Effect.LOST, ends_daemon=True, ends_process=True),
        Mischief(fault="accept=reset", effect=Effect.LOST),
        Mischief(fault="accept=close", effect=Effect.END_OF_STREAM),
        Mischief(
            fault="accept=crash", effect=Effect.END_OF_STREAM, ends_daemon=True, ends_process=True
        ),
        Mischief(fault="accept=refuse", deafens=True),
        Mischief(fault="acknowledge=half", effect=Effect.END_OF_STREAM),
        Mischief(fault="acknowledge=pid:-1", effect=Effect.NEGATIVE_PID, goes_on=True),
        Mischief(
            fault="acknowledge=pid:gone",
            effect=Effect.UNKNOWN_PID,
            goes_on=True,
            needs_pid_check=True,
        ),
        Mischief(fault="acknowledge=fragments:4,pause=0.002"),
        Mischief(fault="acknowledge=crash", ends_daemon=True),
        Mischief(
            fault="acknowledged=exit",
            effect=Effect.UNSURE,
            ends_process=True,
            may_end_orderly=True,
        ),
        Mischief(fault="authenticate=reply:err", effect=Effect.REFUSED, goes_on=True),
        Mischief(fault="authenticate=reply:OK", effect=Effect.REFUSED, goes_on=True),
        Mischief(fault="authenticate=half", effect=Effect.END_OF_STREAM),
        Mischief(fault="authenticate=close", effect=Effect.END_OF_STREAM),
        Mischief(fault="authenticate=reset", effect=Effect.UNSURE),
        Mischief(fault="authenticate=slow:0.02"),
        Mischief(fault="authenticate=crash", ends_daemon=True),
        Mischief(fault="authenticated=kill", ends_worker=True, ends_process=True),
        Mischief(fault="kill_request=ignore"),
        Mischief(fault="offer=wrong", effect=Effect.REFUSED_SECRET, is_simple=True),
        Mischief(fault="pid=pid:-1", effect=Effect.SIMPLE_NEGATIVE_PID, is_simple=True),
        Mischief(fault="offer=slow:0.02", is_simple=True),
    )
}


def find_mischief(fault: str) -> Mischief:
    """Look up what a fault leads to.

    Args:
        fault: its text, without ticket and selector.

    Returns:
        The fault with its consequences.

    Raises:
        UsageError: if the model does not know it.
    """
    try:
        return MISCHIEFS[fault]
    except KeyError:
        known = ", ".join(MISCHIEFS)
        raise UsageError(f"the model does not know the fault {fault!r}; it knows {known}") from None


def mischiefs_for(profile: Profile, *, use_daemon: bool) -> tuple[str, ...]:
    """List the faults that make sense for a factory.

    Args:
        profile: by which it is judged.
        use_daemon: whether its workers come from a daemon.

    Returns:
        Their texts.
    """

    def makes_sense(one: Mischief) -> bool:
        if one.is_simple == use_daemon:
            return False
        if one.effect is Effect.SIMPLE_NEGATIVE_PID and not profile.applies(find("F-SIMP-05")):
            return False
        return profile.pid_is_checked or not one.needs_pid_check

    return tuple(fault for fault, one in MISCHIEFS.items() if makes_sense(one))
