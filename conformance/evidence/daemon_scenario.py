"""A daemon's scenario as data: connections, secrets, tasks, kill requests, signals, an end.

The suite is in the factory's place here, so that its steps are other ones than those of
`evidence.scenario`; a file of them begins with `daemon:` where the other has `factories:`.
"""

from __future__ import annotations

from typing import Final, Literal

from conformance.evidence.scenario import Name, Part, Repeat, Step, Wrong

#: Version of the format.
FORMAT: Final = 1

#: What is said instead of a secret, or as one: the right one whole, its halves, byte by byte; a
#: wrong one, an empty one; a length that cannot be; the greatest length; no UTF-8.
Saying = Literal[
    "right", "half", "rest", "bytes", "wrong", "nothing", "negative", "huge", "garbage"
]
#: What a kill request may name beside connections: a pid that no process can have, and a
#: process of the scenario that is no worker.
NOBODY: Final = "nobody"
STRANGER: Final = "stranger"


class Connect(Step, frozen=True, kw_only=True, tag="connect"):
    """Connect to the daemon, and read the pid of the worker."""

    connection: Name


class Say(Step, frozen=True, kw_only=True, tag="say"):
    """Say something where the secret belongs."""

    connection: Name
    what: Saying


class Task(Step, frozen=True, kw_only=True, tag="task"):
    """Have the worker tell who it is."""

    connection: Name


class Leave(Step, frozen=True, kw_only=True, tag="leave"):
    """Close our end of a connection."""

    connection: Name
    how: Literal["close", "reset"] = "close"


class RequestKill(Step, frozen=True, kw_only=True, tag="request_kill"):
    """Write kill requests to the daemon's stdin.

    Attributes:
        whom: connections whose workers are named, `nobody`, or `stranger`.
        how: all in one write, each record in two, or byte by byte.
    """

    whom: tuple[Name, ...]
    how: Literal["whole", "halves", "bytes"] = "whole"


class SignalWorker(Step, frozen=True, kw_only=True, tag="signal"):
    """Send a signal to a worker that was authenticated."""

    connection: Name
    signal: Literal["TERM", "KILL", "INT", "HUP", "CHLD"]


class HupDaemon(Step, frozen=True, kw_only=True, tag="hup_daemon"):
    """Send SIGHUP to the daemon alone."""


class End(Step, frozen=True, kw_only=True, tag="end"):
    """End the daemon: hang up, between requests or amid one, or by a signal."""

    how: Literal["hang_up", "hang_up_amid", "TERM", "INT", "KILL"] = "hang_up"


#: What a daemon's scenario consists of.
AnyStep = Connect | Say | Task | Leave | RequestKill | SignalWorker | HupDaemon | End


class Setting(Part, frozen=True, kw_only=True):
    """How the daemon is started.

    Attributes:
        reuse: whether SPARK_REUSE_WORKER is set.
    """

    reuse: bool = True


class Origin(Part, frozen=True, kw_only=True):
    """Where a scenario comes from.

    Attributes:
        seed: by which it was drawn.
        shrunk_from: number of steps before shrinking.
        implementation: that brings the daemon; empty if a module alone was judged.
        module: the daemon module that the user named; empty if none.
        python: the interpreter that he named for it; empty if none.
        wrongs: what was found.
    """

    seed: int | None = None
    shrunk_from: int | None = None
    implementation: str = ""
    module: str = ""
    python: str = ""
    wrongs: tuple[Wrong, ...] = ()


class DaemonScenario(Part, frozen=True, kw_only=True):
    """What is done with one daemon.

    Attributes:
        wfc: version of the format.
        title: what it shows, in one sentence.
        clauses: ids of the clauses that it is about, the main one first.
        profile: by which it is judged unless the user says otherwise.
        repeat: how often to play it to see what chance has a hand in.
        daemon: how it is started.
        steps: in order.
        origin: where it comes from.
    """

    wfc: Literal[1] = FORMAT
    title: str = ""
    clauses: tuple[str, ...] = ()
    profile: str = ""
    repeat: Repeat = 1
    daemon: Setting = Setting()
    steps: tuple[AnyStep, ...] = ()
    origin: Origin | None = None


def phrase(step: AnyStep) -> str:
    """Put a step into words.

    Args:
        step: to be told.

    Returns:
        Such as `say half of the secret on c1`.
    """
    match step:
        case Say():
            words = f"say {_SAYINGS[step.what]} on {step.connection}"
        case RequestKill():
            words = f"request kill of {', '.join(step.whom)}{_HOWS[step.how]}"
        case SignalWorker():
            words = f"SIG{step.signal} to the worker of {step.connection}"
        case HupDaemon():
            words = "SIGHUP to the daemon"
        case End():
            words = _ENDS.get(step.how, f"SIG{step.how} to the daemon")
        case Leave():
            words = f"{step.how} {step.connection}"
        case _:
            words = f"{type(step).__name__.lower()} {step.connection}"
    return words


_SAYINGS = {
    "right": "the secret",
    "half": "half of the secret",
    "rest": "the rest of the secret",
    "bytes": "the secret byte by byte",
    "wrong": "a wrong secret",
    "nothing": "an empty secret",
    "negative": "a length of -1",
    "huge": "the greatest length",
    "garbage": "no UTF-8",
}
_HOWS = {"whole": "", "halves": " in halves", "bytes": " byte by byte"}
_ENDS = {"hang_up": "hang up", "hang_up_amid": "hang up amid a request"}
