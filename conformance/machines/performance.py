"""Performs the steps of a scenario through the door; judges nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.contract.limits import CALL_DEADLINE_S, MUST_HAPPEN_S
from conformance.drive import sandbox
from conformance.errors import SuiteError
from conformance.evidence.outcomes import Outcome, Returned
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
from conformance.machines.props import Props
from conformance.machines.watch import MARK, Watch
from conformance.observe.connections import abandoned_connections
from conformance.stage.factory import Factory, Worker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.door.messages import WorkerMade
    from conformance.plan.model import Deed
    from conformance.stage.calls import Call
    from conformance.stage.stage import Stage


class Pace(msgspec.Struct, frozen=True):
    """How long is waited for what must happen.

    Attributes:
        call_s: for the answer to a call.
        settle_s: for what follows from a call, such as the end of a process.
    """

    call_s: float = CALL_DEADLINE_S
    settle_s: float = MUST_HAPPEN_S


#: While sequences are drawn: no operation that is drawn may take as long.
DRAWING = Pace(call_s=5.0, settle_s=2.0)
#: While a failure is shrunk: a hang costs its deadline at each replay.
SHRINKING = Pace(call_s=1.0, settle_s=0.5)
#: When a failure is confirmed.
FULL = Pace()


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """An operation that was performed.

    Attributes:
        operation: what was asked.
        outcome: how it came out.
        handed: name of the worker's object at the door; the same object, the same name.
        told_pid: the pid that create() returned.
        answered_pid: the pid of the process at the other end; None if it is mute.
        warnings: lines logged at WARN since the call began; None if nobody passes them on.
        took_s: seconds from the call to its answer.
    """

    operation: Operation
    outcome: Outcome
    handed: str = ""
    told_pid: int | None = None
    answered_pid: int | None = None
    warnings: tuple[str, ...] | None = None
    took_s: float = 0.0


class Performance:
    """A scenario being played.

    Args:
        stage: on which it is played.
        factories: by name, with their settings; made when they are first needed.
        pace: how long is waited.

    Attributes:
        watch: what the fakes told.
        workers: handed out so far, by their names in the scenario.
        settings: of each factory.
        pids: of the workers that answered when they were handed out, by name.
    """

    def __init__(
        self, stage: Stage, factories: Mapping[str, FactorySettings], pace: Pace = FULL
    ) -> None:
        self.stage = stage
        self.pace = pace
        self.watch = Watch(stage)
        self.workers: dict[str, Worker] = {}
        self.settings = factories
        self._factories: dict[str, Factory] = {}
        self._owners: dict[str, str] = {}
        self.pids: dict[str, int] = {}
        self.props = {name: Props(stage.directory / name) for name in factories}

    def close(self) -> None:
        """Let go of what the performance holds; the stage ends the processes."""
        for one in self.props.values():
            one.close()

    def close_workers(self) -> None:
        """Close the callers' ends of all workers, at the same time if the adapter can."""
        workers = {one.name: one for one in self.workers.values()}.values()
        if "concurrent" in self.stage.run.about.capabilities:
            for call in [worker.begin_close() for worker in workers]:
                call.finish()
        else:
            for worker in workers:
                worker.close()

    def abandoned(self) -> tuple[int, ...]:
        """Name the ports of dead daemons to which the implementation holds a connection alone.

        Returns:
            The ports; such a connection never ends, by a fault of the kernel's.
        """
        ports = [port for name in self.settings for port in self.watch.of(name).ports]
        return abandoned_connections(self.stage.run.about.pid, ports)

    # -- operations -------------------------------------------------------------------------

    def begin(self, operation: Operation) -> Call | None:
        """Begin an operation without waiting.

        Args:
            operation: to perform.

        Returns:
            The call in flight; None if its worker was never handed out.
        """
        match operation:
            case Create(worker=name, factory=owner):
                self._owners[name] = owner
                return self.factory(owner).begin_create()
            case Stop(factory=owner):
                return self.factory(owner).begin_stop()
            case Exchange():
                raise SuiteError("an exchange is not begun; perform it")
            case Release(worker=name) | StopWorker(worker=name):
                if name not in self.workers:
                    return None
                factory = self.factory(self._owners[name])
                if isinstance(operation, Release):
                    return factory.begin_release(self.workers[name])
                return factory.begin_stop_worker(self.workers[name])

    def perform(self, operation: Operation) -> Done | None:
        """Perform an operation and wait for its outcome.

        Args:
            operation: to perform.

        Returns:
            How it came out; None if its worker was never handed out.
        """
        if isinstance(operation, Exchange):
            return self._exchange(operation)
        call = self.begin(operation)
        return None if call is None else self.done(operation, call.finish(self.pace.call_s))

    def done(self, operation: Operation, call: Call) -> Done:
        """Tell how a finished call came out; who was handed out is asked who he is.

        Args:
            operation: that was begun.
            call: finished.

        Returns:
            How it came out.
        """
        has_log = "log" in self.stage.run.about.capabilities
        lines = tuple(one.message for one in call.logs if one.level == "WARN")
        done = Done(
            operation=operation,
            outcome=call.outcome,
            warnings=lines if has_log else None,
            took_s=call.took_s,
        )
        if not isinstance(operation, Create) or not isinstance(call.outcome, Returned):
            return done
        made: WorkerMade = call.outcome.value
        worker = self.workers[operation.worker] = Worker(self.stage.calls, made)
        pid, _ = worker.echo(within_s=self.pace.settle_s)
        if pid is not None:
            self.pids[operation.worker] = pid
        return msgspec.structs.replace(
            done, handed=worker.name, told_pid=made.pid, answered_pid=pid
        )

    def _exchange(self, operation: Exchange) -> Done | None:
        worker = self.workers.get(operation.worker)
        if worker is None:
            return None
        pid, _ = worker.echo(within_s=self.pace.settle_s)
        return Done(
            operation=operation,
            outcome=Returned(None),
            handed=worker.name,
            answered_pid=pid,
        )

    # -- what is done to processes --------------------------------------------------------------

    def do(self, deed: Deed) -> None:
        """Do something to the processes of a factory.

        Args:
            deed: to be done; one that has nothing to act on is left undone.
        """
        match deed:
            case Arm(fault=fault, times=times, factory=owner):
                self.props[owner].arm(fault, times)
            case Cease(factory=owner):
                self.props[owner].cease()
            case KillDaemon(factory=owner):
                living = self.watch.of(owner).living()
                for pid in living[-1:]:
                    self.stage.kill(pid)
            case KillWorker(worker=name):
                self._kill_worker(name)

    def _kill_worker(self, name: str) -> None:
        pid = self.pids.get(name)
        if pid is None or sandbox.has_ended(pid):
            return
        seen = self.watch.of(self._owners[name])
        if pid in seen.forked or pid in seen.living():
            self.stage.kill(pid)

    # -- who plays ------------------------------------------------------------------------------

    def factory(self, name: str) -> Factory:
        """Give a factory; it is made when first asked for.

        Args:
            name: in the scenario.

        Returns:
            The factory.
        """
        if name not in self._factories:
            self._factories[name] = self._make(name)
        return self._factories[name]

    def has_factory(self, name: str) -> bool:
        """Tell whether a factory has been made.

        Args:
            name: in the scenario.

        Returns:
            Whether it has.
        """
        return name in self._factories

    def _make(self, name: str) -> Factory:
        settings, props = self.settings[name], self.props[name]
        cap = settings.idle_worker_max_pool_size
        options = {} if cap is None else {"idle_worker_max_pool_size": cap}
        make = self.stage.factory if settings.use_daemon else self.stage.simple_factory
        return make(
            env={
                **settings.env,
                "WFC_DIR": str(props.directory),
                "WFC_PLAN": str(props.page),
                MARK: name,
            },
            options=options,
            python_exec=self.stage.run.python(settings.python),
        )
