"""The state machines: Hypothesis draws a step, the model says whether it makes sense."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from conformance.evidence.scenario import AnyStep, Arm
from conformance.machines.arena import FailureFound
from conformance.plan import repertoire
from conformance.plan.drawing import WHICH, choose_fault, make_step, recovery, targets
from conformance.plan.outlook import Outlook
from conformance.plan.repertoire import Kind  # noqa: TC001 - a constant is annotated

if TYPE_CHECKING:
    from conformance.machines.arena import Arena
    from conformance.machines.play import Play
    from conformance.plan.repertoire import Repertoire

#: How many steps a bout has.
FEW = st.integers(1, 3)
#: What callers should not do.
MISUSE: tuple[Kind, ...] = ("release_again", "stop_idle", "stop_again", "release_stopped")


class Machine(RuleBasedStateMachine):
    """What all machines have: an outlook to draw by, and a play begun with the first step.

    Args:
        arena: where examples are played.
    """

    repertoire: ClassVar[Repertoire] = repertoire.LIFECYCLE

    def __init__(self, arena: Arena) -> None:
        super().__init__()
        self.arena = arena
        self.outlook = Outlook(arena.terms.profile, self.repertoire.factories)
        self._play: Play | None = None
        self._open = ExitStack()

    def can(self, kind: Kind) -> bool:
        """Tell whether a kind of step makes sense now, by the model alone.

        Args:
            kind: of step.

        Returns:
            Whether there is something for it to act on.
        """
        return kind in self.repertoire.kinds and bool(targets(self.outlook, kind))

    def bout(self, kind: Kind, count: int, which: int) -> None:
        """Take steps of a kind, as long as they make sense.

        Args:
            kind: of step.
            count: how many at most.
            which: chooses what they act on.
        """
        for _ in range(count):
            if self.can(kind):
                self.take(
                    make_step(self.outlook, kind, _chosen(targets(self.outlook, kind), which))
                )

    def take(self, step: AnyStep) -> None:
        """Go on: in the model, and for real.

        Hypothesis runs a failing example again, and expects the same draws; what is for
        real is not repeated.

        Args:
            step: the next one.
        """
        self.outlook.take(step)
        if self.arena.failure is not None:
            return
        if self._play is None:
            self._play = self._open.enter_context(self.arena.example(self.repertoire.factories))
        self._play.do(step)

    def teardown(self) -> None:
        """Let faults cease, see that every factory recovers, and end the example.

        Raises:
            FailureFound: if a failure has been found, in this example or before.
        """
        if self.arena.failure is not None:
            raise FailureFound
        if self._play is None:
            return
        try:
            for step in recovery(self.outlook):
                self.take(step)
        finally:
            self._open.close()


class LifecycleMachine(Machine):
    """Create, exchange bytes, release, stop the worker, stop; and what callers should not do.

    A rule is a bout of up to three steps: Hypothesis' swarm switches rules off, and what is
    left must still get somewhere.
    """

    @initialize(count=FEW, which=WHICH)
    def begin(self, count: int, which: int) -> None:
        """Begin with workers: an example without one shows nothing."""
        self.bout("create", count, which)

    @rule(count=FEW, which=WHICH)
    def create(self, count: int, which: int) -> None:
        """Ask for workers."""
        self.bout("create", count, which)

    @precondition(lambda self: self.can("exchange"))
    @rule(count=FEW, which=WHICH)
    def exchange(self, count: int, which: int) -> None:
        """Ask workers who they are."""
        self.bout("exchange", count, which)

    @precondition(lambda self: self.can("release"))
    @rule(count=FEW, which=WHICH)
    def release(self, count: int, which: int) -> None:
        """Give workers back."""
        self.bout("release", count, which)

    @precondition(lambda self: self.can("release"))
    @rule(count=FEW, which=WHICH)
    def turn_over(self, count: int, which: int) -> None:
        """Give workers back and ask for as many."""
        self.bout("release", count, which)
        self.bout("create", count, which)

    @precondition(lambda self: self.can("stop_worker"))
    @rule(count=FEW, which=WHICH)
    def stop_worker(self, count: int, which: int) -> None:
        """Have workers stopped."""
        self.bout("stop_worker", count, which)

    @precondition(lambda self: self.can("stop"))
    @rule(which=WHICH)
    def stop(self, which: int) -> None:
        """Stop a factory."""
        self.bout("stop", 1, which)

    @precondition(lambda self: any(map(self.can, MISUSE)))
    @rule(which=WHICH)
    def misuse(self, which: int) -> None:
        """Give back or stop what is idle or stopped."""
        possible = [kind for kind in MISUSE if self.can(kind)]
        self.bout(possible[which % len(possible)], 1, which)


class FaultsMachine(LifecycleMachine):
    """The same while faults are drawn for the next step of the daemon or worker."""

    repertoire = repertoire.FAULTS

    @precondition(lambda self: self.can("arm"))
    @rule(which=WHICH, effect=WHICH, times=st.integers(1, 2))
    def arm(self, which: int, effect: int, times: int) -> None:
        """Have a fault strike the next process that comes to its point."""
        factory = _chosen(targets(self.outlook, "arm"), which)
        chosen = choose_fault(self.outlook.armable(factory), effect, which)
        self.take(Arm(fault=chosen, times=times, factory=factory))

    @precondition(lambda self: self.can("arm"))
    @rule(which=WHICH, effect=WHICH, count=FEW)
    def fail(self, which: int, effect: int, count: int) -> None:
        """Have a fault strike, and ask for workers at once."""
        self.arm(which, effect, 1)
        self.bout("create", count, which)

    @precondition(lambda self: self.can("cease"))
    @rule(which=WHICH)
    def cease(self, which: int) -> None:
        """Take back the faults that have not struck."""
        self.bout("cease", 1, which)

    @precondition(lambda self: self.can("kill_daemon"))
    @rule(which=WHICH)
    def kill_daemon(self, which: int) -> None:
        """Kill a daemon by SIGKILL."""
        self.bout("kill_daemon", 1, which)

    @precondition(lambda self: self.can("kill_worker"))
    @rule(which=WHICH)
    def kill_worker(self, which: int) -> None:
        """Kill a worker by SIGKILL."""
        self.bout("kill_worker", 1, which)


class SimpleWorkerMachine(FaultsMachine):
    """The same without the daemon."""

    repertoire = repertoire.SIMPLE


class LivesMachine(FaultsMachine):
    """Several factories side by side, which must not touch each other."""

    repertoire = repertoire.LIVES


#: The machines, by name.
MACHINES: dict[str, type[Machine]] = {
    one.repertoire.name: one
    for one in (LifecycleMachine, FaultsMachine, SimpleWorkerMachine, LivesMachine)
}


def _chosen(names: list[str], which: int) -> str:
    return names[which % len(names)]
