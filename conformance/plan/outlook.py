"""What makes sense to do next, by the model alone: whatever is drawn depends on this."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from conformance.contract.lifecycles import WorkerState
from conformance.evidence.scenario import (
    AnyStep,
    Arm,
    Cease,
    Create,
    KillDaemon,
    KillWorker,
    Together,
)
from conformance.plan.mischief import MISCHIEFS, Effect, mischiefs_for
from conformance.plan.model import Deed, Model
from conformance.plan.state import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.contract.profiles import Profile
    from conformance.evidence.scenario import FactorySettings, Operation


class Outlook:
    """How the factories of a scenario are expected to stand, as steps are drawn.

    Args:
        profile: by which they are judged.
        factories: by name, with their settings.

    Attributes:
        profile: by which they are judged.
        states: expected, by name of factory.
    """

    def __init__(self, profile: Profile, factories: Mapping[str, FactorySettings]) -> None:
        self.profile = profile
        self.states = dict.fromkeys(factories, State())
        self._models = {name: Model(profile, one) for name, one in factories.items()}
        self._owners: dict[str, str] = {}
        self._armed: dict[str, set[str]] = {name: set() for name in factories}
        self._last = 0

    def new_name(self) -> str:
        """Make a name for the next worker.

        Returns:
            A name that was not used.
        """
        self._last += 1
        return f"w{self._last}"

    def take(self, step: AnyStep) -> None:
        """Go on as expected.

        Args:
            step: the next one.
        """
        if isinstance(step, Together):
            for branch in step.branches:
                for operation in branch:
                    self._operate(operation)
        elif isinstance(step, (Arm, Cease, KillDaemon, KillWorker)):
            name = self._owner_of(step)
            self.states[name] = Model.after(self.states[name], step)
            if isinstance(step, Arm):
                self._armed[name].add(step.fault)
            elif isinstance(step, Cease):
                self._armed[name].clear()
        else:
            self._operate(step)

    def _operate(self, operation: Operation) -> None:
        name = self._owner_of(operation)
        if isinstance(operation, Create):
            self._owners[operation.worker] = name
        usual = next(self._models[name].branches(self.states[name], operation), None)
        if usual is not None:
            self.states[name] = usual.state

    def _owner_of(self, step: Operation | Deed) -> str:
        if isinstance(step, Create):
            return step.factory
        worker = getattr(step, "worker", None)
        return self._owners[worker] if worker is not None else str(getattr(step, "factory", ""))

    # -- who can be named -----------------------------------------------------------------

    def workers(self, *states: WorkerState) -> list[str]:
        """List workers by how they stand, each by its latest name.

        Args:
            *states: in which they are.

        Returns:
            Their names, oldest first.
        """
        found: list[str] = []
        for state in self.states.values():
            latest = {index: name for name, index in state.leases}
            found += [name for index, name in latest.items() if state.lives[index].state in states]
        return found

    def leased(self) -> list[str]:
        """List the workers that have an owner and live.

        Returns:
            Their names.
        """
        return self.workers(WorkerState.LEASED)

    def owned(self) -> list[str]:
        """List the workers that have an owner, who may not know that they are dead.

        Returns:
            Their names.
        """
        found: list[str] = []
        for state in self.states.values():
            latest = {index: name for name, index in state.leases}
            found += [
                name
                for index, name in latest.items()
                if state.lives[index].state in (WorkerState.LEASED, WorkerState.DEAD)
                and state.lives[index].is_open
                and index not in state.idle
            ]
        return found

    def stoppable(self) -> list[str]:
        """List the factories that have anything to stop.

        Returns:
            Their names.
        """
        return [
            name
            for name, state in self.states.items()
            if state.daemon is not None or any(life.is_alive for life in state.lives)
        ]

    def dead_ahead(self, factory: str) -> int:
        """Count the dead workers that are handed out before a living one.

        Args:
            factory: whose.

        Returns:
            Their number; 0 where the factory has to discard them.
        """
        state = self.states[factory]
        if self.profile.dead_idle_discarded:
            return 0
        dead = takewhile(lambda index: not state.lives[index].is_alive, state.idle)
        return len(list(dead))

    def living_daemons(self) -> list[str]:
        """List the factories whose daemon lives.

        Returns:
            Their names.
        """
        return [name for name, state in self.states.items() if state.has_living_daemon]

    def armable(self, factory: str) -> list[str]:
        """List the faults that can be armed: one at a point, for two might race.

        Args:
            factory: whose.

        Returns:
            Their texts.
        """
        left = {one.fault for one in self.states[factory].armed}
        if self._may_have_stayed(factory):
            left = self._armed[factory]
        taken = {MISCHIEFS[one].point for one in left}
        use_daemon = self._models[factory].settings.use_daemon
        known = mischiefs_for(self.profile, use_daemon=use_daemon)
        return [fault for fault in known if MISCHIEFS[fault].point not in taken]

    def _may_have_stayed(self, factory: str) -> bool:
        """Whether faults may be left that the usual outcome would have used up."""
        armed = [MISCHIEFS[one] for one in self._armed[factory]]
        is_any = self.profile.lost_before_auth == "any"
        return any(one.effect is Effect.UNSURE and (is_any or one.may_end_orderly) for one in armed)

    def armed(self) -> list[str]:
        """List the factories with faults that may not have struck.

        A dead idle worker that was handed out, say, leaves the daemon's faults alone, which
        the usual outcome would have used up.

        Returns:
            Their names.
        """
        return [name for name, faults in self._armed.items() if faults]
