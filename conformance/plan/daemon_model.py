"""The contract of a daemon as a machine: what each connection stands at, what may follow."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Literal

from conformance.evidence.daemon_scenario import (
    NOBODY,
    STRANGER,
    AnyStep,
    Connect,
    End,
    HupDaemon,
    Leave,
    RequestKill,
    Say,
    Saying,
    SignalWorker,
    Task,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Phase(Enum):
    """What a connection's worker stands at."""

    WAITING = "it has told its pid and waits for the secret"
    HALF = "it has read half of the secret"
    LOST = "it was told what is no secret, and may have ended"
    READY = "it takes a task"
    SPENT = "it takes no task any more, and waits for the peer to close"
    ENDED = "it must have ended"


#: Those that must be alive.
ALIVE = (Phase.WAITING, Phase.HALF, Phase.READY, Phase.SPENT)
#: What comes of what is said, where it can be said.
_SAID: dict[tuple[Phase, Saying], Phase] = {
    (Phase.WAITING, "right"): Phase.READY,
    (Phase.WAITING, "bytes"): Phase.READY,
    (Phase.WAITING, "half"): Phase.HALF,
    (Phase.HALF, "rest"): Phase.READY,
    (Phase.WAITING, "wrong"): Phase.ENDED,
    (Phase.WAITING, "nothing"): Phase.ENDED,
    (Phase.WAITING, "negative"): Phase.LOST,
    (Phase.WAITING, "huge"): Phase.LOST,
    (Phase.WAITING, "garbage"): Phase.LOST,
}
#: Kinds of steps.
Kind = Literal["connect", "say", "task", "leave", "request_kill", "signal", "hup_daemon"]


#: Steps that are about a connection that stands at something.
_KINDS: dict[type[AnyStep], Kind] = {Task: "task", Leave: "leave", SignalWorker: "signal"}


class DaemonModel:
    """How a daemon's connections stand; a step that makes no sense is refused.

    Args:
        reuse: whether its workers take several tasks.

    Attributes:
        phases: of each connection ever made.
        has_left: connections whose end of ours is closed.
        has_ended: whether the daemon was ended.
    """

    def __init__(self, *, reuse: bool) -> None:
        self.phases: dict[str, Phase] = {}
        self.has_left: set[str] = set()
        self.has_ended = False
        self._reuse = reuse

    def at(self, *phases: Phase) -> list[str]:
        """List the connections that stand at one of these.

        Args:
            *phases: wanted.

        Returns:
            Their names, in the order in which they were made.
        """
        return [name for name, phase in self.phases.items() if phase in phases]

    def sayings(self, name: str) -> list[Saying]:
        """List what can be said on a connection.

        Args:
            name: of the connection.

        Returns:
            Nothing where no secret is waited for.
        """
        return [said for phase, said in _SAID if phase is self.phases.get(name)]

    def targets(self, kind: Kind) -> list[str]:
        """List the connections that a kind of step can be about.

        Args:
            kind: of step; not `connect` and not `hup_daemon`, which are about none.

        Returns:
            Names.
        """
        match kind:
            case "say":
                return self.at(Phase.WAITING, Phase.HALF)
            case "task" | "signal":
                return self.at(Phase.READY)
            case "leave":
                return [one for one in self.at(*ALIVE, Phase.LOST) if one not in self.has_left]
            case "request_kill":
                return self.at(*ALIVE, Phase.ENDED)
            case _:
                return []

    def is_possible(self, step: AnyStep) -> bool:
        """Tell whether a step makes sense now.

        Args:
            step: in question.

        Returns:
            Whether it does; nothing does once the daemon was ended.
        """
        if self.has_ended or isinstance(step, (HupDaemon, End)):
            return not self.has_ended
        match step:
            case Connect():
                return step.connection not in self.phases
            case Say():
                return step.what in self.sayings(step.connection)
            case RequestKill():
                return self._is_request(step.whom)
            case _:
                return step.connection in self.targets(_KINDS[type(step)])

    def _is_request(self, whom: tuple[str, ...]) -> bool:
        """A stranger comes before a living worker, whose end shows that the request was read."""
        living = self.at(*ALIVE)
        known = {NOBODY, STRANGER, *self.targets("request_kill")}
        return set(whom) <= known and (STRANGER not in whom or whom[-1] in living)

    def take(self, step: AnyStep) -> None:
        """Go on by a step that makes sense.

        Args:
            step: to be taken.
        """
        match step:
            case Connect():
                self.phases[step.connection] = Phase.WAITING
            case Say():
                self.phases[step.connection] = _SAID[self.phases[step.connection], step.what]
            case Task():
                after = Phase.READY if self._reuse else Phase.SPENT
                self.phases[step.connection] = after
            case End():
                self.has_ended = True
            case HupDaemon():
                pass
            case _:
                self._end_some(step)

    def _end_some(self, step: Leave | RequestKill | SignalWorker) -> None:
        ended = step.whom if isinstance(step, RequestKill) else (step.connection,)
        if isinstance(step, Leave):
            self.has_left.add(step.connection)
        if isinstance(step, SignalWorker) and step.signal == "CHLD":
            return
        for name in set(ended) & set(self.phases):
            self.phases[name] = Phase.ENDED


def sensible(steps: Iterable[AnyStep], *, reuse: bool) -> tuple[AnyStep, ...]:
    """Leave out steps that make no sense after others were left out.

    Args:
        steps: of a scenario.
        reuse: as it is set there.

    Returns:
        The steps that are played.
    """
    return tuple(step for step, makes_sense in with_sense(steps, reuse=reuse) if makes_sense)


def with_sense(steps: Iterable[AnyStep], *, reuse: bool) -> Iterator[tuple[AnyStep, bool]]:
    """Tell of each step whether it makes sense after those before it that do.

    Args:
        steps: of a scenario.
        reuse: as it is set there.

    Yields:
        The step, and whether it is played.
    """
    model = DaemonModel(reuse=reuse)
    for step in steps:
        makes_sense = model.is_possible(step)
        if makes_sense:
            model.take(step)
        yield step, makes_sense
