"""How a call came out: it returned, raised, ran out of time, or took the adapter along."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

#: What an implementation's exception counts as, whatever its class is called.
CountsAs = Literal[
    "socket_error",
    "end_of_stream",
    "authentication",
    "illegal_state",
    "invalid_port",
    "time_out",
    "start_failed",
    "other",
]


class Returned(msgspec.Struct, frozen=True, tag="returned"):
    """The call came back with a value: a result of `conformance.door.messages`."""

    value: Any


class Raised(msgspec.Struct, frozen=True, tag="raised"):
    """The implementation refused or failed, and said so."""

    class_name: str
    message: str
    counts_as: CountsAs

    def __str__(self) -> str:
        return f"{self.class_name}: {self.message}"


class TimedOut(msgspec.Struct, frozen=True, tag="timed_out"):
    """No answer within the deadline; the call may still take effect."""

    within_s: float

    def __str__(self) -> str:
        return f"no answer within {self.within_s:g} s"


class Lost(msgspec.Struct, frozen=True, tag="lost"):
    """The process that holds the implementation went away during the call."""

    reason: str

    def __str__(self) -> str:
        return f"the implementation's process went away: {self.reason}"


Outcome = Returned | Raised | TimedOut | Lost
