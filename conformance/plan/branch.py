"""One way in which an operation may come out: what the caller sees, and what follows."""

from __future__ import annotations

import msgspec

from conformance.evidence.outcomes import CountsAs  # noqa: TC001 - msgspec reads it
from conformance.plan.state import State  # noqa: TC001 - msgspec reads it


class Hands(msgspec.Struct, frozen=True):
    """create() hands out a worker.

    Attributes:
        life: index of its life.
        is_new: whether it came by a new connection.
    """

    life: int
    is_new: bool


class Fails(msgspec.Struct, frozen=True):
    """The operation raises.

    Attributes:
        kinds: of error; any will do if empty.
        in_auth: whether it is certain that the handshake failed when the pid had been read.
    """

    kinds: tuple[CountsAs, ...] = ()
    in_auth: bool = False


class Returns(msgspec.Struct, frozen=True):
    """The operation returns."""


class Looked(msgspec.Struct, frozen=True):
    """What the first half of create() leaves when it finds no idle worker.

    Attributes:
        state: how the factory stands then.
        warnings: lines that must have been logged for discarded workers.
        discarded: how many idle workers were discarded.
        clause: that a worker is handed out by; empty: as after anything else.
    """

    state: State
    warnings: tuple[str, ...] = ()
    discarded: int = 0
    clause: str = ""


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """One allowed outcome of an operation.

    Attributes:
        outcome: what the caller sees.
        state: how the factory stands then.
        clause: id of the clause that asks for it.
        warnings: beginnings of the lines that must be logged at WARN, in order.
    """

    outcome: Hands | Fails | Returns
    state: State
    clause: str
    warnings: tuple[str, ...] = ()
