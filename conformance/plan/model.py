"""The contract as a pure, sequential machine: what may come of each operation, by profile.

Everything that affects the state stands in this room. It knows nothing of processes: it
says for a state, an operation and the faults that are armed which outcomes are allowed,
and how many daemon starts, connections and kill requests follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.contract.lifecycles import FactoryEvent, FactoryState, WorkerEvent, WorkerState
from conformance.evidence.scenario import (
    Arm,
    Cease,
    Create,
    Exchange,
    FactorySettings,
    KillDaemon,
    KillWorker,
    Operation,
    Release,
    Stop,
    StopWorker,
)
from conformance.plan import simple
from conformance.plan.attempt import through_daemon
from conformance.plan.branch import Branch, Hands, Looked, Returns
from conformance.plan.mischief import find_mischief

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.profiles import Profile
    from conformance.plan.state import State

#: What is done to a factory's processes rather than asked of it.
Deed = KillDaemon | KillWorker | Arm | Cease

#: Beginning of the line for a dead idle worker that is discarded: F-POOL-03 fixes no text.
_DISCARD_WARNING = ""


class Model:
    """One factory by the contract.

    Args:
        profile: by which it is judged.
        settings: with which it was made.
        is_unordered: whether any idle worker may be handed out, against F-POOL-02: who asks
            wants to know whether that alone is wrong.
    """

    def __init__(
        self, profile: Profile, settings: FactorySettings, *, is_unordered: bool = False
    ) -> None:
        self.profile = profile
        self.settings = settings
        self._is_unordered = is_unordered

    def branches(self, state: State, operation: Operation) -> Iterator[Branch]:
        """Say what may come of an operation.

        Args:
            state: where the factory stands.
            operation: asked of it.

        Yields:
            Every allowed outcome, the usual one first; none if the operation makes no
            sense, as its worker was never handed out.
        """
        yield from self.overlapping(state.settled(), operation)

    def overlapping(self, state: State, operation: Operation) -> Iterator[Branch]:
        """Say what may come of an operation while others are under way.

        Args:
            state: where the factory stands, perhaps with workers that are dying.
            operation: asked of it.

        Yields:
            Every allowed outcome, as of `branches`.
        """
        if not self.settings.use_daemon:
            yield from simple.branches(state, operation, self.profile)
        elif isinstance(operation, Create):
            for looked in self.look(state, operation):
                yield from self.connect(looked, operation)
        elif isinstance(operation, Stop):
            yield from self._stop(state)
        elif (index := state.life_of(operation.worker)) is not None:
            yield from self._of_worker(state, operation, index)

    def _of_worker(
        self, state: State, operation: Exchange | Release | StopWorker, index: int
    ) -> Iterator[Branch]:
        match operation:
            case Exchange():
                if state.lives[index].is_alive:
                    yield Branch(outcome=Returns(), state=state, clause="F-CONN-12")
            case Release():
                yield self._release(state, index)
            case StopWorker():
                yield self._stop_worker(state, index)

    # -- create, in its two critical sections ---------------------------------------------

    def look(self, state: State, operation: Create) -> Iterator[Branch | Looked]:
        """Do the first half of create(): look for an idle worker.

        Args:
            state: where the factory stands.
            operation: the create.

        Yields:
            A branch where a worker was found; what was looked at where a new one is needed.
        """
        yield from self._look_through(state, operation)
        for index in state.idle[1:] if self._is_unordered else ():
            idle = (index, *(one for one in state.idle if one != index))
            yield from self._look_through(msgspec.structs.replace(state, idle=idle), operation)
        if state.idle and state.has_dead_daemon:
            # Who has noticed that the daemon is dead need not reuse its workers (F-POOL-15).
            yield Looked(state.without_dead_daemon(), clause="F-RST-06")

    def _look_through(self, state: State, operation: Create) -> Iterator[Branch | Looked]:
        """Go through the idle workers until one can be handed out."""
        warnings: tuple[str, ...] = ()
        discarded = 0
        while state.idle:
            index = state.idle[0]
            rest = msgspec.structs.replace(state, idle=state.idle[1:])
            if state.lives[index].is_alive:
                yield self._reused(rest, operation.worker, index, warnings)
                return
            if not self.profile.dead_idle_discarded or index in state.dying:
                yield self._reused(rest, operation.worker, index, warnings)  # F-POOL-04
            if self.profile.dead_idle_discarded:
                warnings = (*warnings, _DISCARD_WARNING)
            state = self._discarded(rest, index)
            discarded += 1
        yield Looked(state, warnings, discarded)

    def connect(self, looked: Branch | Looked, operation: Create) -> Iterator[Branch]:
        """Do the second half of create(): go through the daemon, unless a worker was found.

        Args:
            looked: what the first half gave.
            operation: the create.

        Yields:
            Every allowed outcome.
        """
        if isinstance(looked, Branch):
            yield looked
            return
        is_lost = looked.state.has_dead_daemon
        for branch in through_daemon(looked.state, operation.worker, self.profile):
            clause = branch.clause
            if looked.clause and isinstance(branch.outcome, Hands):
                clause = looked.clause
            # Where a dead idle worker may be handed out, nobody has to discard it.
            has_to = looked.discarded and self.profile.dead_idle_discarded
            if has_to and is_lost:
                clause = "F-POOL-16"
            elif has_to and isinstance(branch.outcome, Hands):
                clause = "F-POOL-05"
            yield msgspec.structs.replace(
                branch, clause=clause, warnings=looked.warnings + branch.warnings
            )

    @staticmethod
    def _reused(state: State, worker: str, index: int, warnings: tuple[str, ...]) -> Branch:
        life = state.lives[index]
        if life.is_alive:
            state = state.moved(FactoryEvent.REUSE)
            state = state.with_life(index, life.after(WorkerEvent.HAND_OUT))
        clause = "F-POOL-02"
        if warnings:
            clause = "F-POOL-16" if state.has_dead_daemon else "F-POOL-03"
        return Branch(
            outcome=Hands(index, is_new=False),
            state=state.leased_as(worker, index),
            clause=clause,
            warnings=warnings,
        )

    @staticmethod
    def _discarded(state: State, index: int) -> State:
        """Spark sends a kill request for a worker that it discards; nobody has to."""
        life = msgspec.structs.replace(state.lives[index], is_open=False)
        return state.with_life(index, life).allowing_kill(index)

    # -- release, stopWorker, stop -----------------------------------------------------------

    def _release(self, state: State, index: int) -> Branch:
        life = state.lives[index]
        state = state.moved(FactoryEvent.RELEASE)
        state = state.with_life(index, life.after(WorkerEvent.RELEASE))
        if index in state.idle:
            state = state.misused("F-POOL-12")
        elif not life.is_open and not life.is_cut:
            state = state.misused("F-POOL-13").allowing_kill(index)
        clause = "F-POOL-17"
        if life.is_open and index not in state.idle:
            roomy = self._make_room(state)
            if roomy is not state and self.profile.pool_cap:
                clause = "F-POOL-11"
            state = msgspec.structs.replace(roomy, idle=(*roomy.idle, index))
        return Branch(outcome=Returns(), state=state, clause=clause)

    def _make_room(self, state: State) -> State:
        cap = self.settings.idle_worker_max_pool_size
        while cap is not None and len(state.idle) >= cap:
            state = self._stop_life(state, state.idle[0])
        return state

    def _stop_worker(self, state: State, index: int) -> Branch:
        clause = "F-STOP-01"
        if state.has_dead_daemon:
            clause = "F-STOP-05"
        elif state.lives[index].state is WorkerState.STOPPED:
            clause = "F-STOP-04"
        elif state.daemon is None:
            clause = "F-STOP-03"
        if index in state.idle:
            state = state.misused("F-POOL-14").allowing_kill(index)
        stopped = self._stop_life(state.moved(FactoryEvent.STOP_WORKER), index)
        return Branch(outcome=Returns(), state=stopped, clause=clause)

    @staticmethod
    def _stop_life(state: State, index: int) -> State:
        life = state.lives[index]
        is_heard = state.has_living_daemon and life.generation == state.starts
        if is_heard and life.is_alive:
            state = msgspec.structs.replace(state, kills=(*state.kills, index))
        elif is_heard:
            # The pid of a worker that has ended, or was stopped before, may be sent (F-STOP-04).
            state = state.allowing_kill(index)
        idle = tuple(one for one in state.idle if one != index)
        stopped = life.after(WorkerEvent.STOP)
        closed = msgspec.structs.replace(stopped, is_open=False, is_cut=False)
        for armed in state.armed_at("kill_request") if is_heard else ():
            state = state.took(armed)
        return msgspec.structs.replace(state.with_life(index, closed), idle=idle)

    @staticmethod
    def _stop(state: State) -> Iterator[Branch]:
        clause = "F-STOP-07" if state.factory is FactoryState.RUNNING else "F-STOP-08"
        stopped = state.moved(FactoryEvent.STOP).without_daemon()
        stopped = msgspec.structs.replace(stopped, has_failed=False)
        yield Branch(outcome=Returns(), state=stopped, clause=clause)
        owned = [index for index, life in enumerate(stopped.lives) if life.is_open]
        if owned:  # living or not: stop() may close them too (F-STOP-10)
            for index in owned:
                stopped = stopped.with_life(index, stopped.lives[index].cut())
            yield Branch(outcome=Returns(), state=stopped, clause=clause)

    # -- what is done to its processes ----------------------------------------------------------

    @staticmethod
    def after(state: State, deed: Deed) -> State:
        """Say how a factory stands after something was done to its processes.

        Args:
            state: where it stood.
            deed: what was done; one that makes no sense has no effect.

        Returns:
            Where it stands, unknown to itself.
        """
        match deed:
            case KillDaemon():
                return state.with_dead_daemon()
            case KillWorker():
                index = state.life_of(deed.worker)
                if index is None or not state.lives[index].is_alive:
                    return state
                return state.with_life(index, state.lives[index].after(WorkerEvent.END))
            case Arm():
                return state.with_armed(find_mischief(deed.fault).fault, deed.times)
            case Cease():
                return msgspec.structs.replace(state, armed=())
