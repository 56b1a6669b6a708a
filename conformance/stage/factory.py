"""Handles of a scenario: a call, a factory, a worker."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, TypeVar

from conformance.contract.limits import CALL_DEADLINE_S, MUST_HAPPEN_S
from conformance.door.messages import (
    Exchange,
    Exchanged,
    Inspected,
    OfFactory,
    OfWorker,
    OneWorker,
    Params,
    WorkerMade,
)
from conformance.drive.clock import now_s
from conformance.errors import ContractViolation, SuiteError, Unobservable
from conformance.evidence.findings import Finding
from conformance.evidence.outcomes import Lost, Outcome, Raised, Returned, TimedOut

if TYPE_CHECKING:
    from conformance.door.messages import LogLine
    from conformance.stage.stage import Stage

T = TypeVar("T")


class Call:
    """A call through the door, in flight or finished.

    Args:
        stage: where it plays.
        number: of the call within its scenario.
        method: of the protocol.
        params: its parameters.

    Attributes:
        is_answered: whether an answer, of whatever kind, has come.
        took_s: seconds from the call to its answer.
    """

    def __init__(self, stage: Stage, number: int, method: str, params: Params) -> None:
        self.number = number
        self.took_s = 0.0
        self.is_answered = False
        self._stage = stage
        self._method = method
        self._session = stage.run.session
        self._first_log = len(self._session.logs)
        self._began_s = now_s()
        self._outcome: Outcome | None = None
        self._id = self._session.begin(method, params)

    @property
    def outcome(self) -> Outcome:
        """How it came out.

        Raises:
            SuiteError: if nobody waited for it.
        """
        if self._outcome is None:
            raise SuiteError(f"{self._method} is still in flight: finish it first")
        return self._outcome

    @property
    def logs(self) -> tuple[LogLine, ...]:
        """Log lines that came since the call began."""
        return tuple(self._session.logs[self._first_log :])

    def heard(self) -> tuple[tuple[str, str], ...]:
        """Tell level and message of each log line since the call began.

        Returns:
            The lines, in order.

        Raises:
            Unobservable: if the adapter does not pass on what is logged.
        """
        if "log" not in self._stage.run.about.capabilities:
            raise Unobservable("the adapter does not pass on log lines")
        return tuple((line.level, line.message) for line in self.logs)

    def finish(self, within_s: float = CALL_DEADLINE_S) -> Call:
        """Wait for the answer.

        Args:
            within_s: limit in seconds.

        Returns:
            The call itself. After a time-out it may be finished again.
        """
        self._outcome = self._session.finish(self._id, within_s)
        self.is_answered = not isinstance(self._outcome, TimedOut)
        self.took_s = now_s() - self._began_s
        self._stage.returned(self)
        return self

    def value(self, form: type[T]) -> T:
        """Take the result of a call that must have returned.

        Args:
            form: of the result.

        Returns:
            The result.

        Raises:
            ContractViolation: if it did not return.
            SuiteError: if the result has another form.
        """
        outcome = self.outcome
        if not isinstance(outcome, Returned):
            raise self.violation("that it returns")
        if not isinstance(outcome.value, form):
            raise SuiteError(f"{self._method} gave {type(outcome.value).__name__}")
        return outcome.value

    def violation(self, expected: str) -> ContractViolation:
        """Blame the scenario's main clause for how this call came out.

        Args:
            expected: what it should have done.

        Returns:
            The error to raise.
        """
        what = f"{self._method}: {expected}"
        wrong = Finding("unexpected_outcomes", what, describe(self.outcome))
        return self._stage.record.blame_main(wrong)


class Worker:
    """One worker handed out by a factory.

    Args:
        factory: that handed it out.
        made: what it told about the worker.

    Attributes:
        name: of the worker's object; the same object has the same name.
        pid: as create returned it.
        nonblocking: whether it was handed out ready for non-blocking use.
    """

    def __init__(self, factory: Factory, made: WorkerMade) -> None:
        self.factory = factory
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
        call = self.factory.stage.call("worker.exchange", params, within_s + MUST_HAPPEN_S)
        return call.value(Exchanged)

    def echo(self, text: bytes = b"who are you?") -> tuple[int | None, bytes]:
        """Ask a fake worker who it is.

        Args:
            text: sent along.

        Returns:
            Pid of the process at the other end (None if there was no whole answer), and
            the text that came back.
        """
        frame = struct.pack("!i", len(text)) + text
        answer = self.exchange(frame, 8 + len(text))
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
        self.factory.stage.call("worker.close", OneWorker(worker=self.name))

    def forget(self) -> None:
        """Drop the caller's last reference.

        Raises:
            Unobservable: if the adapter cannot.
        """
        if "forget" not in self.factory.stage.run.about.capabilities:
            raise Unobservable("the adapter cannot drop its references")
        self.factory.stage.call("worker.forget", OneWorker(worker=self.name))


class Factory:
    """A factory of the implementation under test.

    Args:
        stage: where it plays.
        name: its name at the door.
        honoured: which options it honours.

    Attributes:
        is_stopped: whether `stop` was the last thing asked of it.
    """

    def __init__(self, stage: Stage, name: str, honoured: dict[str, bool]) -> None:
        self.stage = stage
        self.name = name
        self.honoured = honoured
        self.is_stopped = False

    def begin_create(self) -> Call:
        """Ask for a worker without waiting.

        Returns:
            The call in flight.
        """
        self.is_stopped = False
        return self.stage.begin("factory.create", OfFactory(factory=self.name))

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
        return Worker(self, call.value(WorkerMade))

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
        return self.stage.begin("factory.release_worker", params)

    def stop_worker(self, worker: Worker) -> Call:
        """Stop a worker.

        Args:
            worker: any.

        Returns:
            The finished call.
        """
        params = OfWorker(factory=self.name, worker=worker.name)
        return self.stage.call("factory.stop_worker", params)

    def is_worker_stopped(self, worker: Worker) -> Call:
        """Ask whether the process of a simple worker has ended.

        Args:
            worker: any.

        Returns:
            The finished call; its value is a `WorkerStopped`.
        """
        return self._on(worker, "factory.is_worker_stopped")

    def begin_stop(self) -> Call:
        """Stop the factory without waiting.

        Returns:
            The call in flight.
        """
        self.is_stopped = True
        return self.stage.begin("factory.stop", OfFactory(factory=self.name))

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
        if "inspect" not in self.stage.run.about.capabilities:
            raise Unobservable("the adapter has no `inspect`")
        call = self.stage.call("factory.inspect", OfFactory(factory=self.name))
        return call.value(Inspected)


def describe(outcome: Outcome) -> str:
    """Say in a few words how a call came out.

    Args:
        outcome: of the call.

    Returns:
        One line.
    """
    match outcome:
        case Returned(value=value):
            return f"returned {_plainly(value)}".rstrip()
        case Raised():
            return f"raised {outcome}".strip().replace("\n", " ")
        case TimedOut() | Lost():
            return str(outcome)


def _plainly(value: Any) -> str:
    if isinstance(value, WorkerMade):
        return f"{value.worker} (pid {value.pid})"
    return ""
