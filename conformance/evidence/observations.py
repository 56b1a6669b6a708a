"""What may be seen of one step of a scenario, as data: how a failure is told without the suite."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from conformance.evidence.outcomes import CountsAs  # noqa: TC001 - msgspec reads it
from conformance.evidence.scenario import Name  # noqa: TC001 - likewise

#: How an operation comes out: `new` (create hands out a worker that nobody had before),
#: `same:w1` (create hands out the process that w1 was), `returns`, `raises`.
Result = Annotated[str, msgspec.Meta(pattern="^(new|same:[a-z][a-z0-9_]*|returns|raises)$")]


class Aftermath(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """How a factory stands once everything is still; workers are told by their first names.

    Attributes:
        daemon: what it has recorded: `none` (also if it works without), one that is
            `dead` without its knowledge, or one that is `serving`. Only the last lives.
        leased: workers that live and have an owner, by the alphabet: their connections
            are open and they are registered; without a daemon they are all that live.
        idle: workers that live and are queued, the next to be handed out first: their
            connections are open.
        stopped: workers that were stopped, or whose connection the factory has closed, by
            the alphabet: dead or not, they are not queued. Those not named later are told once.
    """

    daemon: Literal["none", "dead", "serving"] = "none"
    leased: tuple[Name, ...] = ()
    idle: tuple[Name, ...] = ()
    stopped: tuple[Name, ...] = ()


class Observation(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One thing that may be seen of a step; what is not said may be anything.

    A step has a list of them, each of which will do if it begins in a state that is possible
    by what was seen so far; an empty list allows anything. All counts are of the whole
    scenario's processes, from the step's begin until everything is still afterwards.

    Attributes:
        before: number of the state of the model in which the step begins; the scenario
            begins in 0.
        after: number of the state in which the next step begins then.
        outcome: how the operation comes out; None for anything, and for a Together.
        kinds: of error that will do if it raises; any if empty.
        answers: whether the worker that create hands out answers with the pid that create
            gave; None: it does if its process lives. Of a create at the same time as
            other calls it is not looked at.
        warnings: beginnings of lines that are logged at WARN while it is performed, in this
            order; looked at only if the log is passed on.
        starts: how many daemons or simple workers are started.
        connections: how many connections daemons accept.
        kill_requests: workers named by kill requests, in order; of a Together in any order.
        may_kill_requests: workers for which there may be further kill requests, at any
            time; looked at only where `kill_requests` is given.
        branches: of a Together alone: for each branch one observation for each of its
            operations, of which outcome and kinds count.
        afterwards: how each factory stands afterwards, in the order in which the scenario
            names them; empty where nobody looks, as nothing was asked of any.
    """

    before: int = 0
    after: int = 0
    outcome: Result | None = None
    kinds: tuple[CountsAs, ...] = ()
    answers: bool | None = None
    warnings: tuple[str, ...] = ()
    starts: int | None = None
    connections: int | None = None
    kill_requests: tuple[Name, ...] | None = None
    may_kill_requests: tuple[Name, ...] = ()
    branches: tuple[tuple[Observation, ...], ...] | None = None
    afterwards: tuple[Aftermath, ...] = ()
