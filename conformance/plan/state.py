"""Where a factory stands between two operations, as the model sees it."""

from __future__ import annotations

import msgspec

from conformance.contract.lifecycles import (
    DAEMON,
    FACTORY,
    WORKER,
    DaemonEvent,
    DaemonState,
    FactoryEvent,
    FactoryState,
    WorkerEvent,
    WorkerState,
    step,
)

#: The moves of a worker that has just been handed out.
_WAY_TO_LEASE = (WorkerEvent.ACKNOWLEDGE, WorkerEvent.AUTHENTICATE, WorkerEvent.HAND_OUT)
_WAY_TO_SERVE = (DaemonEvent.LISTEN, DaemonEvent.ANNOUNCE, DaemonEvent.ACCEPT)


class Life(msgspec.Struct, frozen=True):
    """A worker's process, and how the factory stands to it.

    Attributes:
        state: in the lifecycle of a worker.
        generation: of its daemon; 0 for a simple worker.
        pid: of the process that answers; None if it is not known.
        is_open: whether the factory's end of the connection is open.
        is_cut: whether stop() closed that end while the worker had an owner.
    """

    state: WorkerState
    generation: int
    pid: int | None = None
    is_open: bool = True
    is_cut: bool = False

    def after(self, event: WorkerEvent) -> Life:
        """Move it along its lifecycle.

        Args:
            event: what happens.

        Returns:
            The life afterwards.
        """
        return msgspec.structs.replace(self, state=step(WORKER, self.state, event))

    def cut(self) -> Life:
        """Have stop() close its connection though it has an owner.

        Returns:
            The life afterwards.
        """
        return msgspec.structs.replace(self.after(WorkerEvent.CLOSE), is_open=False, is_cut=True)

    @property
    def is_alive(self) -> bool:
        """Whether its process lives, and is not on its way out."""
        return self.state in (WorkerState.LEASED, WorkerState.IDLE)


class Armed(msgspec.Struct, frozen=True):
    """A fault that will strike the next processes at its point.

    Attributes:
        fault: its text.
        times: how often it will still strike.
        number: of the arming, which tells two of the same fault apart.
    """

    fault: str
    times: int
    number: int = 0


class State(msgspec.Struct, frozen=True):
    """A factory, its daemon and its workers.

    Attributes:
        factory: in the lifecycle of a factory; at rest UNINITIALISED or RUNNING.
        daemon: state of the daemon that the factory has recorded; None if it has none.
        starts: how many daemons (or simple workers) were started.
        connections: how many connections the daemons have accepted.
        lives: every worker ever handed out, in order.
        idle: queued workers, the next to be handed out first, as indices of lives.
        leases: name of each worker as its owner knows it, with its life.
        armed: faults that have not struck yet.
        kills: lives whose kill requests a daemon must see, in order.
        may_kill: lives for which a daemon may see further kill requests.
        is_deaf: whether the daemon lives but no longer listens.
        has_failed: whether the latest start failed, and no stop() came since.
        dying: lives whose daemon was stopped just now: while other calls are under way
            their processes may still be there.
        misuse: clauses about what callers should not do and have done, the latest last:
            what goes wrong afterwards is put down to the latest.
    """

    factory: FactoryState = FactoryState.UNINITIALISED
    daemon: DaemonState | None = None
    starts: int = 0
    connections: int = 0
    lives: tuple[Life, ...] = ()
    idle: tuple[int, ...] = ()
    leases: tuple[tuple[str, int], ...] = ()
    armed: tuple[Armed, ...] = ()
    kills: tuple[int, ...] = ()
    may_kill: frozenset[int] = frozenset()
    is_deaf: bool = False
    has_failed: bool = False
    dying: frozenset[int] = frozenset()
    misuse: tuple[str, ...] = ()

    # -- what is asked ------------------------------------------------------------------

    @property
    def has_living_daemon(self) -> bool:
        """Whether the factory has a daemon recorded, and it lives."""
        return self.daemon is DaemonState.SERVING

    @property
    def has_dead_daemon(self) -> bool:
        """Whether the factory has a daemon recorded that is dead, and has not met it yet."""
        return self.daemon is not None and not self.has_living_daemon

    def life_of(self, worker: str) -> int | None:
        """Find the life behind a worker's name.

        Args:
            worker: its name.

        Returns:
            Index of the life; None if no worker of that name was handed out.
        """
        return dict(self.leases).get(worker)

    # -- what changes -------------------------------------------------------------------

    def with_life(self, index: int, life: Life) -> State:
        """Replace a life.

        Args:
            index: of the life.
            life: the new one.

        Returns:
            The state with it.
        """
        lives = (*self.lives[:index], life, *self.lives[index + 1 :])
        return msgspec.structs.replace(self, lives=lives)

    def moved(self, event: FactoryEvent) -> State:
        """Move the factory along its lifecycle.

        Args:
            event: what happens to it.

        Returns:
            The state afterwards.
        """
        return msgspec.structs.replace(self, factory=step(FACTORY, self.factory, event))

    def with_new_daemon(self) -> State:
        """Have a daemon started, and serving.

        Returns:
            The state with it.
        """
        daemon = DaemonState.STARTED
        for event in _WAY_TO_SERVE:
            daemon = step(DAEMON, daemon, event)
        return msgspec.structs.replace(self, daemon=daemon, is_deaf=False, has_failed=False)

    def with_dead_daemon(self) -> State:
        """Have the recorded daemon killed, if it lives; its workers live on.

        Returns:
            The state afterwards.
        """
        if self.daemon is None or not self.has_living_daemon:
            return self
        ended = step(DAEMON, self.daemon, DaemonEvent.SIGKILL)
        return msgspec.structs.replace(self, daemon=ended, is_deaf=False)

    def without_daemon(self) -> State:
        """Stop the recorded daemon: the idle workers are closed, and those of it die.

        Returns:
            The state afterwards; the factory has no daemon recorded.
        """
        state = self
        for index in self.idle:
            closed = state.lives[index].after(WorkerEvent.CLOSE)
            state = state.with_life(index, msgspec.structs.replace(closed, is_open=False))
        dying = set(self.dying)
        if self.has_living_daemon:
            for index, life in enumerate(state.lives):
                if life.generation == self.starts and life.is_alive:
                    state = state.with_life(index, life.after(WorkerEvent.END))
                    dying.add(index)
        return msgspec.structs.replace(
            state, daemon=None, idle=(), is_deaf=False, dying=frozenset(dying)
        )

    def without_dead_daemon(self) -> State:
        """Have the factory notice by itself that its daemon is dead, and forget it.

        Returns:
            The state afterwards; the idle workers are closed.
        """
        return self.moved(FactoryEvent.STOP).without_daemon()

    def settled(self) -> State:
        """Let time pass until nothing moves.

        Returns:
            The state afterwards: who was dying is dead.
        """
        return msgspec.structs.replace(self, dying=frozenset()) if self.dying else self

    def handed_new(self, worker: str, generation: int) -> State:
        """Hand out a new worker.

        Args:
            worker: its name.
            generation: of its daemon; 0 for a simple worker.

        Returns:
            The state with it.
        """
        life = Life(WorkerState.FORKED, generation)
        for event in _WAY_TO_LEASE:
            life = life.after(event)
        lives = (*self.lives, life)
        return msgspec.structs.replace(self, lives=lives).leased_as(worker, len(lives) - 1)

    def leased_as(self, worker: str, index: int) -> State:
        """Give a life a name for its owner.

        Args:
            worker: the name.
            index: of the life.

        Returns:
            The state with it.
        """
        return msgspec.structs.replace(self, leases=(*self.leases, (worker, index)))

    def allowing_kill(self, index: int) -> State:
        """Have a daemon see a kill request for a life, or not.

        Args:
            index: of the life.

        Returns:
            The state with it.
        """
        return msgspec.structs.replace(self, may_kill=self.may_kill | {index})

    def misused(self, clause: str) -> State:
        """Remember that a caller did what it should not.

        Args:
            clause: id of the clause about it.

        Returns:
            The state with it.
        """
        return msgspec.structs.replace(self, misuse=(*self.misuse, clause))

    def with_armed(self, fault: str, times: int) -> State:
        """Arm a fault.

        Args:
            fault: its text.
            times: how often it will strike.

        Returns:
            The state with it, the last to strike at its point.
        """
        number = max((one.number for one in self.armed), default=0) + 1
        return msgspec.structs.replace(self, armed=(*self.armed, Armed(fault, times, number)))

    def armed_at(self, point: str) -> tuple[Armed, ...]:
        """List the faults that will strike at a point.

        Args:
            point: of a process' life.

        Returns:
            The faults, in the order armed.
        """
        return tuple(one for one in self.armed if one.fault.partition("=")[0] == point)

    def took(self, armed: Armed) -> State:
        """Have an armed fault strike once.

        Args:
            armed: the fault, as this state has it.

        Returns:
            The state with one strike less.
        """
        rest = msgspec.structs.replace(armed, times=armed.times - 1)
        changed = (rest if one == armed else one for one in self.armed)
        return msgspec.structs.replace(self, armed=tuple(one for one in changed if one.times))
