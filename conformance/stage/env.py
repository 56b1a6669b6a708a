"""Handles of a scenario that asks for workers through SparkEnv instead of one factory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.door.messages import EnvRequest, EnvWorker, Nothing, WorkerMade
from conformance.errors import Unobservable
from conformance.stage.factory import Worker

if TYPE_CHECKING:
    from conformance.stage.calls import Call, Calls
    from conformance.stage.stage import Stage


class Key:
    """One key of SparkEnv: requests with equal keys share a factory.

    Args:
        calls: of its scenario.
        request: what is asked for.
    """

    def __init__(self, calls: Calls, request: EnvRequest) -> None:
        if "env" not in calls.run.about.capabilities:
            raise Unobservable("the adapter has no SparkEnv")
        self.calls = calls
        self._request = request

    def but(self, **changes: object) -> Key:
        """Make a key that differs.

        Args:
            **changes: parameters of `env.create` that differ.

        Returns:
            The other key.
        """
        return Key(self.calls, msgspec.structs.replace(self._request, **changes))

    def but_env(self, **variables: str) -> Key:
        """Make a key whose environment has more variables.

        Args:
            **variables: to add.

        Returns:
            The other key.
        """
        return self.but(env_vars=self._request.env_vars | variables)

    def try_create(self) -> Call:
        """Ask for a worker, whatever comes of it.

        Returns:
            The finished call.
        """
        return self.calls.call("env.create", self._request)

    def create(self) -> Worker:
        """Ask for a worker that must be given.

        Returns:
            The worker.

        Raises:
            ContractViolation: if none is given.
        """
        return Worker(self.calls, self.try_create().value(WorkerMade))

    def release(self, worker: Worker) -> Call:
        """Give a worker back.

        Args:
            worker: any.

        Returns:
            The finished call.
        """
        return self.calls.call("env.release", self._on(worker))

    def destroy(self, worker: Worker) -> Call:
        """Stop a worker.

        Args:
            worker: any.

        Returns:
            The finished call.
        """
        return self.calls.call("env.destroy", self._on(worker))

    def _on(self, worker: Worker) -> EnvWorker:
        return EnvWorker(**msgspec.structs.asdict(self._request), worker=worker.name)


def key(stage: Stage, faults: str = "") -> Key:
    """Make the key of a scenario.

    Args:
        stage: where it plays.
        faults: of the fakes, from the start.

    Returns:
        The key; no other scenario has it.

    Raises:
        Unobservable: if the adapter has no SparkEnv.
    """
    return Key(
        stage.calls,
        EnvRequest(
            python_exec=stage.run.python_exec,
            env_vars=stage.environment(faults),
            daemon_module="fake_daemons.well_behaved",
            worker_module="fake_daemons.simple_well_behaved",
        ),
    )


def stop(stage: Stage) -> Call:
    """Stop the SparkEnv; afterwards the adapter's session must be dropped.

    Args:
        stage: where it plays.

    Returns:
        The finished call.
    """
    return stage.call("env.stop", Nothing())
