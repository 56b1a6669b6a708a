"""The calls of a scenario through the door, in flight and finished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from conformance.contract.limits import CALL_DEADLINE_S
from conformance.door.messages import WorkerMade
from conformance.drive.clock import now_s
from conformance.errors import ContractViolation, SuiteError, Unobservable
from conformance.evidence.findings import Finding
from conformance.evidence.outcomes import Lost, Outcome, Raised, Returned, TimedOut

if TYPE_CHECKING:
    from conformance.door.messages import LogLine, Params
    from conformance.observe.channel import SideChannel
    from conformance.stage.record import Record
    from conformance.stage.run import Run

T = TypeVar("T")

#: How much the history tells of an outcome, in characters: an implementation may say megabytes.
_DETAIL = 4000


class Call:
    """A call through the door, in flight or finished.

    Args:
        calls: of the scenario.
        number: of the call within its scenario.
        method: of the protocol.
        params: its parameters.

    Attributes:
        is_answered: whether an answer, of whatever kind, has come.
        took_s: seconds from the call to its answer.
    """

    def __init__(self, calls: Calls, number: int, method: str, params: Params) -> None:
        self.number = number
        self.took_s = 0.0
        self.is_answered = False
        self._calls = calls
        self._method = method
        self._session = calls.run.session
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
    def has_answer(self) -> bool:
        """Whether its answer has been taken in, so that `finish` does not wait."""
        return self.is_answered or self._session.has_answer(self._id)

    @property
    def is_ready(self) -> bool:
        """Whether its answer has come; takes in what has come, and does not wait."""
        while not self.has_answer and self.receive(0.0):
            pass
        return self.has_answer

    def receive(self, within_s: float) -> bool:
        """Wait until something comes from the adapter, for this call or for another.

        Args:
            within_s: limit in seconds.

        Returns:
            Whether anything came.
        """
        return self._session.receive(within_s)

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
        if "log" not in self._calls.run.about.capabilities:
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
        # It may have come while another call was waited for.
        self.took_s = (self._session.answered_s(self._id) or now_s()) - self._began_s
        self._calls.returned(self)
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
        return self._calls.record.blame_main(wrong)


class Calls:
    """All calls of one scenario, numbered, each noted on the side channel.

    Args:
        run: whose adapter is called.
        record: of the scenario.
        channel: where calls and returns are noted.
    """

    def __init__(self, run: Run, record: Record, channel: SideChannel) -> None:
        self.run = run
        self.record = record
        self._channel = channel
        self._last = 0
        self._unanswered: set[int] = set()
        self._open: set[int] = set()

    @property
    def settled(self) -> int | None:
        """How many calls there were, if all have been answered."""
        return None if self._open else self._last

    @property
    def is_hung(self) -> bool:
        """Whether a call ran out of time, and was not finished later."""
        return bool(self._unanswered)

    def begin(self, method: str, params: Params) -> Call:
        """Call through the door without waiting.

        Args:
            method: of the protocol.
            params: its parameters.

        Returns:
            The call in flight.
        """
        self._last += 1
        self._open.add(self._last)
        of = {name: getattr(params, name, None) for name in ("factory", "worker")}
        keys = {name: value for name, value in of.items() if value is not None}
        self._channel.note("call", id=self._last, op=method, **keys)
        return Call(self, self._last, method, params)

    def call(self, method: str, params: Params, within_s: float = CALL_DEADLINE_S) -> Call:
        """Call through the door and wait.

        Args:
            method: of the protocol.
            params: its parameters.
            within_s: limit in seconds.

        Returns:
            How it came out.
        """
        return self.begin(method, params).finish(within_s)

    def returned(self, call: Call) -> None:
        """Note how a call came out; called by `Call` itself.

        Args:
            call: the finished call.
        """
        if call.is_answered:
            self._unanswered.discard(call.number)
            self._open.discard(call.number)
        else:
            self._unanswered.add(call.number)
        kind = type(call.outcome).__name__.lower()
        detail = describe(call.outcome)[:_DETAIL]
        made = getattr(call.outcome, "value", None)
        of = {"worker": made.worker, "pid": made.pid} if isinstance(made, WorkerMade) else {}
        keys = {name: value for name, value in of.items() if value is not None}
        self._channel.note("return", id=call.number, outcome=kind, detail=detail, **keys)


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
