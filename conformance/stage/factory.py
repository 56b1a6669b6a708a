"""Handles of a scenario: a factory and its workers."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from conformance.contract.limits import CALL_DEADLINE_S, MUST_HAPPEN_S
from conformance.door.messages import (
    Exchange,
    Exchanged,
    Inspected,
    OfFactory,
    OfWorker,
    OneWorker,
    Result,
    WorkerMade,
)
from conformance.errors import Unobservable

if TYPE_CHECKING:
    from conformance.stage.calls import Call, Calls


class Worker:
    """One worker handed out by a factory.

    Args:
        calls: of its scenario.
        made: what it told about the worker.

    Attributes:
        name: of the worker's object; the same object has the same name.
        pid: as create returned it.
        nonblocking: whether it was handed out ready for non-blocking use.
    """

    def __init__(self, calls: Calls, made: WorkerMade) -> None:
        self.calls = calls
        self.name = made.worker
        self.pid = made.pid
        self.nonblocking = made.nonblocking

    def exchange(
        self, payload: bytes, reply_bytes: int, within_s: float = MUST_HAPPEN_S
    ) -> Exchanged:
        """Write to the worker and read from it.

        Args:
            payload: bytes to write.
            reply_bytes: how many bytes to read.
            within_s: limit in seconds.

        Returns:
            What was read and how it ended.
        """
        params = Exchange(
            worker=self.name, write=payload, read=reply_bytes, within_ms=int(within_s * 1000)
        )
        call = self.calls.call("worker.exchange", params, within_s + MUST_HAPPEN_S)
        return call.value(Exchanged)

    def echo(
        self, text: bytes = b"who are you?", within_s: float = MUST_HAPPEN_S
    ) -> tuple[int | None, bytes]:
        """Ask a fake worker who it is.

        Args:
            text: sent along.
            within_s: limit in seconds.

        Returns:
            Pid of the process at the other end (None if there was no whole answer), and
            the text that came back.
        """
        frame = struct.pack("!i", len(text)) + text
        answer = self.exchange(frame, 8 + len(text), within_s)
        if len(answer.data) < 8 + len(text):
            return None, answer.data
        return struct.unpack_from("!i", answer.data)[0], answer.data[8:]

    def read_end(self, within_s: float = MUST_HAPPEN_S) -> str:
        """Read until the connection ends.

        Args:
            within_s: limit in seconds.

        Returns:
            `eof`, `reset`, `timeout`, or `none` if data came instead.
        """
        return self.exchange(b"", 1, within_s).end

    def is_closed(self, within_s: float = MUST_HAPPEN_S) -> bool:
        """Tell whether the connection has ended, whoever closed it.

        Args:
            within_s: limit in seconds.

        Returns:
            Whether it has.
        """
        return self.read_end(within_s) in ("eof", "reset")

    def close(self) -> None:
        """Close the caller's own end."""
        self.begin_close().finish()

    def begin_close(self) -> Call:
        """Close the caller's own end without waiting.

        Returns:
            The call in flight.
        """
        return self.calls.begin("worker.close", OneWorker(worker=self.name))

    def block(self) -> None:
        """Put the caller's own end into blocking mode.

        Raises:
            Unobservable: if the adapter cannot.
        """
        if "block" not in self.calls.run.about.capabilities:
            raise Unobservable("the adapter cannot put a worker into blocking mode")
        self.calls.call("worker.block", OneWorker(worker=self.name)).value(Result)

    def forget(self) -> None:
        """Drop the caller's last reference.

        Raises:
            Unobservable: if the adapter cannot.
        """
        if "forget" not in self.calls.run.about.capabilities:
            raise Unobservable("the adapter cannot drop its references")
        self.calls.call("worker.forget", OneWorker(worker=self.name))


class Factory:
    """A factory of the implementation under test.

    Args:
        calls: of its scenario.
        name: its name at the door.
        honoured: which options it honours.

    Attributes:
        is_stopped: whether `stop` was the last thing asked of it.
    """

    def __init__(self, calls: Calls, name: str, honoured: dict[str, bool]) -> None:
        self.calls = calls
        self.name = name
        self.honoured = honoured
        self.is_stopped = False

    def begin_create(self) -> Call:
        """Ask for a worker without waiting.

        Returns:
            The call in flight.
        """
        self.is_stopped = False
        return self.calls.begin("factory.create", OfFactory(factory=self.name))

    def try_create(self, within_s: float = CALL_DEADLINE_S) -> Call:
        """Ask for a worker, whatever comes of it.

        Args:
            within_s: limit in seconds.

        Returns:
            The finished call.
        """
        return self.begin_create().finish(within_s)

    def create(self) -> Worker:
        """Ask for a worker that must be given.

        Returns:
            The worker.

        Raises:
            ContractViolation: if create does not return one.
        """
        return self.worker_of(self.try_create())

    def worker_of(self, call: Call) -> Worker:
        """Take the worker of a create that must have succeeded.

        Args:
            call: the finished create.

        Returns:
            The worker.

        Raises:
            ContractViolation: if it did not return one.
        """
        return Worker(self.calls, call.value(WorkerMade))

    def release(self, worker: Worker) -> Call:
        """Give a worker back.

        Args:
            worker: any.

        Returns:
            The finished call.
        """
        return self.begin_release(worker).finish()

    def begin_release(self, worker: Worker) -> Call:
        """Give a worker back without waiting.

        Args:
            worker: any.

        Returns:
            The call in flight.
        """
        params = OfWorker(factory=self.name, worker=worker.name)
        return self.calls.begin("factory.release_worker", params)

    def stop_worker(self, worker: Worker) -> Call:
        """Stop a worker.

        Args:
            worker: any.

        Returns:
            The finished call.
        """
        return self.begin_stop_worker(worker).finish()

    def begin_stop_worker(self, worker: Worker) -> Call:
        """Stop a worker without waiting.

        Args:
            worker: any.

        Returns:
            The call in flight.
        """
        params = OfWorker(factory=self.name, worker=worker.name)
        return self.calls.begin("factory.stop_worker", params)

    def is_worker_stopped(self, worker: Worker) -> Call:
        """Ask whether the process of a simple worker has ended.

        Args:
            worker: any.

        Returns:
            The finished call; its value is a `WorkerStopped`.
        """
        params = OfWorker(factory=self.name, worker=worker.name)
        return self.calls.call("factory.is_worker_stopped", params)

    def begin_stop(self) -> Call:
        """Stop the factory without waiting.

        Returns:
            The call in flight.
        """
        self.is_stopped = True
        return self.calls.begin("factory.stop", OfFactory(factory=self.name))

    def stop(self, within_s: float = CALL_DEADLINE_S) -> Call:
        """Stop the factory.

        Args:
            within_s: limit in seconds.

        Returns:
            The finished call.
        """
        return self.begin_stop().finish(within_s)

    def inspect(self) -> Inspected:
        """Read the factory's private state.

        Returns:
            The state.

        Raises:
            Unobservable: if the implementation does not show it.
        """
        if "inspect" not in self.calls.run.about.capabilities:
            raise Unobservable("the adapter has no `inspect`")
        call = self.calls.call("factory.inspect", OfFactory(factory=self.name))
        return call.value(Inspected)
