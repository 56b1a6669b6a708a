"""The state machines: Hypothesis draws a step, the model says whether it makes sense."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from conformance.evidence.scenario import AnyStep, Arm
from conformance.machines.arena import FailureFound
from conformance.plan import repertoire
from conformance.plan.drawing import (
    WHICH,
    choose_fault,
    is_of_start,
    make_step,
    provoking,
    recovery,
    settling,
    targets,
)
from conformance.plan.outlook import Outlook
from conformance.plan.repertoire import Kind  # noqa: TC001 - a constant is annotated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.machines.arena import Arena
    from conformance.machines.play import Play
    from conformance.plan.repertoire import Repertoire

T = TypeVar("T")

#: How many steps a bout has.
FEW = st.integers(1, 3)
#: How often a fault strikes: a create() makes two attempts at most.
TIMES = st.integers(1, 2)
#: What callers should not do with a worker that is idle, and with one that was stopped.
OF_IDLE: tuple[Kind, ...] = ("release_again", "stop_idle")
OF_STOPPED: tuple[Kind, ...] = ("stop_again", "release_stopped")


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
            which: chooses what the first acts on; the others act on what comes next.
        """
        for _ in range(count):
            if not self.can(kind):
                return
            target = _chosen(targets(self.outlook, kind), which)
            self.take(make_step(self.outlook, kind, target))
            which += target in targets(self.outlook, kind)

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
        if isinstance(sys.exception(), KeyboardInterrupt):
            # What was cut off proves nothing; found here, it would take the place of that.
            self._open.__exit__(*sys.exc_info())
            return
        try:
            for ending in (settling, recovery):
                for step in ending(self.outlook):
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

    @precondition(lambda self: self.can("stop_worker"))
    @rule(count=FEW, which=WHICH)
    def replace(self, count: int, which: int) -> None:
        """Have workers stopped and ask for as many."""
        self.bout("stop_worker", count, which)
        self.bout("create", count, which)

    @precondition(lambda self: self.can("stop"))
    @rule(which=WHICH)
    def stop(self, which: int) -> None:
        """Stop a factory."""
        self.bout("stop", 1, which)

    @precondition(lambda self: any(map(self.can, OF_IDLE)))
    @rule(how=WHICH, count=FEW, which=WHICH)
    def misuse_idle(self, how: int, count: int, which: int) -> None:
        """Give back or stop what is idle."""
        self.bout(_chosen([kind for kind in OF_IDLE if self.can(kind)], how), count, which)

    @precondition(lambda self: any(map(self.can, OF_STOPPED)))
    @rule(how=WHICH, count=FEW, which=WHICH)
    def misuse_stopped(self, how: int, count: int, which: int) -> None:
        """Give back or stop what was stopped."""
        self.bout(_chosen([kind for kind in OF_STOPPED if self.can(kind)], how), count, which)


class FaultsMachine(LifecycleMachine):
    """The same while faults are drawn for the next step of the daemon or worker."""

    repertoire = repertoire.FAULTS

    @initialize(which=WHICH, effect=WHICH, times=TIMES, count=FEW, is_restart=st.booleans())
    def begin_to_fail(
        self, which: int, effect: int, times: int, count: int, *, is_restart: bool
    ) -> None:
        """Begin with a failure, too: swarm leaves that out of half of the examples."""
        if self.can("arm"):
            self.fail_with(which, [(effect, times)], count, is_restart=is_restart)

    @precondition(lambda self: self.can("arm"))
    @rule(which=WHICH, effect=WHICH, times=TIMES)
    def arm(self, which: int, effect: int, times: int) -> None:
        """Have a fault strike the next process that comes to its point."""
        factory = _chosen(targets(self.outlook, "arm"), which)
        self.arm_one_of(self.outlook.armable(factory), factory, (effect, which, times))

    @precondition(lambda self: self.can("arm"))
    @rule(
        which=WHICH,
        strikes=st.lists(st.tuples(WHICH, TIMES), min_size=1, max_size=2),
        count=FEW,
        is_restart=st.booleans(),
    )
    def fail(
        self, which: int, strikes: list[tuple[int, int]], count: int, *, is_restart: bool
    ) -> None:
        """Have faults strike, and see to it that somebody comes to their points."""
        self.fail_with(which, strikes, count, is_restart=is_restart)

    def fail_with(
        self, which: int, strikes: list[tuple[int, int]], count: int, *, is_restart: bool
    ) -> None:
        """Have faults strike.

        Args:
            which: chooses the factory, and the fault among those of an effect.
            strikes: of each fault its effect, and how often it strikes.
            count: how many create() come to their points.
            is_restart: whether the daemon is killed first: they strike the second attempt.
        """
        factory = _chosen(targets(self.outlook, "arm"), which)
        kinds: list[Kind] = ["kill_daemon"] if is_restart else []
        for effect, times in strikes:
            faults = self.outlook.armable(factory)
            if faults:
                kinds += provoking(self.arm_one_of(faults, factory, (effect, which, times)))
        for kind in dict.fromkeys(kinds):
            self.bout(kind, 1 if kind == "kill_daemon" else count, which)

    @precondition(lambda self: any(map(self.failing_starts, self.outlook.states)))
    @rule(which=WHICH, times=TIMES, count=FEW)
    def fail_to_start(self, which: int, times: int, count: int) -> None:
        """Have a daemon fail to start, and another one perhaps."""
        factory = _chosen(list(filter(self.failing_starts, self.outlook.states)), which)
        self.arm_one_of(self.failing_starts(factory), factory, (0, which, times))
        self.lose_daemon(count, which)

    def failing_starts(self, factory: str) -> list[str]:
        """List the faults by which a factory's daemon does not start.

        Args:
            factory: its name.

        Returns:
            Those that can be armed now.
        """
        faults = self.outlook.armable(factory) if self.can("arm") else []
        return [one for one in faults if is_of_start(one)]

    def arm_one_of(self, faults: list[str], factory: str, how: tuple[int, int, int]) -> str:
        """Arm a fault.

        Args:
            faults: to choose from.
            factory: whose.
            how: chooses the effect, and the fault among those that have it; how often it
                strikes.

        Returns:
            The fault.
        """
        effect, which, times = how
        fault = choose_fault(faults, effect, which)
        self.take(Arm(fault=fault, times=times, factory=factory))
        return fault

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

    @precondition(lambda self: self.can("kill_daemon"))
    @rule(count=FEW, which=WHICH)
    def lose_daemon(self, count: int, which: int) -> None:
        """Kill a daemon, and ask for workers: the factory has to start another."""
        self.bout("kill_daemon", 1, which)
        self.bout("create", count, which)

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


def _chosen(names: Sequence[T], which: int) -> T:
    return names[which % len(names)]
