"""A conversation with one adapter process: calls out, checked answers in, deadlines kept."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

import msgspec

from conformance.door.messages import METHODS, Incoming, LogLine, Params, Request
from conformance.drive import interrupts, sandbox
from conformance.drive.clock import Deadline, now_s, wait_until, wait_until_readable
from conformance.errors import DoorError, ProtocolError, Unobservable
from conformance.evidence.outcomes import Lost, Outcome, Raised, Returned, TimedOut

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

#: The end of what an adapter wrote to stderr that is shown with an error, in bytes.
_TAIL_BYTES = 2000
#: How much of a stray line is shown, in characters.
_STRAY_CHARACTERS = 120
#: How much is taken in at a time: more than the kernel keeps for a socket by default, so that
#: one look takes in all that has come by a deadline.
_RECEIVE_BYTES = 2**18
#: How long a line of an adapter may be, in bytes (docs/protocol.md). What it carries is short:
#: bytes the suite asked for, a log line or an error's text, which may be megabytes.
_LINE_BYTES = 64 * 2**20
#: How long an adapter may take to exit once its channel is closed, in seconds.
_FAREWELL_S = 5.0
#: The same when the user has interrupted the run and waits.
_HASTY_FAREWELL_S = 1.0


class Session:
    """One adapter process and the calls in flight to it.

    Args:
        argv: command of the adapter.
        env: its whole environment.
        stderr_path: file that its standard error is appended to.

    Attributes:
        pid: the adapter's pid.
        logs: log lines received so far, oldest first.
    """

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], stderr_path: Path) -> None:
        ours, theirs = socket.socketpair()
        self._stderr_path = stderr_path
        with theirs, stderr_path.open("ab") as stderr:
            try:
                self._process = sandbox.start(
                    argv,
                    env={**env, "WFC_RPC": "fd:0"},
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    stderr=stderr.fileno(),
                    leads_group=True,  # Ctrl-C is for the suite, which ends it in order
                )
            except OSError as error:
                ours.close()
                raise DoorError(f"cannot start {argv[0]}: {error.strerror}") from None
        self.pid = self._process.pid
        self.logs: list[LogLine] = []
        self._channel = ours
        self._unread = bytearray()
        self._methods: dict[int, str] = {}
        self._answers: dict[int, Outcome] = {}
        self._answered_s: dict[int, float] = {}
        self._last_id = 0
        self._end: Lost | None = None

    @property
    def is_lost(self) -> bool:
        """Whether the adapter has gone away."""
        return self._end is not None

    @property
    def has_pending(self) -> bool:
        """Whether a call is still without an answer."""
        return bool(self._methods)

    def begin(self, method: str, params: Params) -> int:
        """Send a call without waiting for its answer.

        Args:
            method: one of `conformance.door.messages.METHODS`.
            params: its parameters.

        Returns:
            The number to ask for the answer with.
        """
        self._last_id += 1
        self._methods[self._last_id] = method
        body: dict[str, Any] = msgspec.to_builtins(params)
        request = Request(id=self._last_id, method=method, params=body)
        if self._end is None:
            self._send(msgspec.json.encode(request) + b"\n")
        return self._last_id

    def _send(self, line: bytes) -> None:
        try:
            self._channel.sendall(line)
        except OSError:
            self._end = Lost(self._how_it_ended())

    def finish(self, call: int, within_s: float) -> Outcome:
        """Wait for the answer to a call.

        Args:
            call: the number that `begin` gave.
            within_s: limit in seconds.

        Returns:
            How it came out; after a time-out it may be asked for again.
        """
        deadline = Deadline(within_s)
        has_more = True
        while call not in self._answers:
            if self._end is not None:
                self._methods.pop(call, None)
                return self._end
            if not has_more:
                return TimedOut(within_s)
            is_last = deadline.is_over  # whatever else the adapter still writes
            has_more = self.receive(deadline.left_s) and not is_last
        return self._answers.pop(call)

    def has_answer(self, call: int) -> bool:
        """Tell whether `finish` would give the answer to a call at once.

        Args:
            call: the number that `begin` gave.

        Returns:
            Whether its answer has been taken in, or none can come any more.
        """
        return call in self._answers or self._end is not None

    def answered_s(self, call: int) -> float | None:
        """Tell when the answer to a call came, be it while another was waited for.

        Args:
            call: the number that `begin` gave; its answer is forgotten hereby.

        Returns:
            The moment on the monotonic clock; None if no answer has come.
        """
        return self._answered_s.pop(call, None)

    def receive(self, within_s: float) -> bool:
        """Wait until something comes from the adapter, and take it in.

        Args:
            within_s: limit in seconds; 0 to take in what has come.

        Returns:
            Whether anything came, be it the end. Nothing comes from a lost adapter.

        Raises:
            DoorError: if the adapter fails or does not keep the protocol.
            Unobservable: if it does not support a call that it answers.
        """
        if self._end is not None:
            return False
        if not wait_until_readable(self._channel, within_s):
            return False
        try:
            data = self._channel.recv(_RECEIVE_BYTES)
        except OSError:
            data = b""
        if not data:
            self._end = Lost(self._how_it_ended())
            return True
        for line in self._lines(data):
            self._take(line)
        return True

    def _lines(self, data: bytes) -> list[bytes]:
        """Give the lines that end in what has come; keep the rest, never split again."""
        *lines, rest = data.split(b"\n")
        if lines:
            lines[0] = bytes(self._unread + lines[0])
            self._unread.clear()
        self._unread += rest
        longest = max((*lines, self._unread), key=len)
        if len(longest) > _LINE_BYTES:
            begin = _shown(longest)
            self._unread.clear()
            raise self._broken(f"wrote a line of more than {_LINE_BYTES >> 20} MiB: {begin}…")
        return lines

    def call(self, method: str, params: Params, within_s: float) -> Outcome:
        """Call and wait.

        Args:
            method: one of `conformance.door.messages.METHODS`.
            params: its parameters.
            within_s: limit in seconds.

        Returns:
            How it came out.
        """
        return self.finish(self.begin(method, params), within_s)

    def close(self) -> None:
        """End the adapter: close its channel, wait, kill it if it stays."""
        self._channel.close()
        is_hasty = interrupts.current().has_come
        self._process.end(within_s=_HASTY_FAREWELL_S if is_hasty else _FAREWELL_S)

    def kill(self) -> None:
        """End the adapter at once."""
        self._channel.close()
        self._process.end()

    def stderr_tail(self) -> str:
        """Read the end of what the adapter wrote to its standard error.

        Returns:
            At most 2000 bytes of it, as text.
        """
        return self._stderr_path.read_bytes()[-_TAIL_BYTES:].decode(errors="replace")

    def _take(self, line: bytes) -> None:
        try:
            message = msgspec.json.decode(line, type=Incoming)
        except msgspec.DecodeError as error:
            stray = _shown(line)
            raise self._broken(f"wrote a line that is no message ({error}): {stray}") from None
        if message.method is not msgspec.UNSET:
            self._take_notification(message)
        elif message.id not in self._methods:
            raise self._broken(f"answered call {message.id}, which was not open")
        else:
            method = self._methods.pop(message.id)
            self._answers[message.id] = self._outcome(method, message)
            self._answered_s[message.id] = now_s()

    def _take_notification(self, message: Incoming) -> None:
        if message.method != "log" or message.params is msgspec.UNSET:
            raise self._broken(f"sent a notification {message.method!r}, not `log`")
        self.logs.append(self._decode(message.params, LogLine))

    def _outcome(self, method: str, message: Incoming) -> Outcome:
        if message.error is not msgspec.UNSET:
            fault = message.error.data
            if fault.kind == "implementation":
                return Raised(fault.class_name, fault.message, fault.counts_as)
            if fault.kind == "unsupported":
                why = f": {message.error.message}" if message.error.message else ""
                raise Unobservable(f"the adapter does not support {method}{why}")
            self._end = Lost(f"the adapter failed in {method}")
            raise DoorError(f"the adapter failed in {method}: {message.error.message}")
        if message.result is msgspec.UNSET:
            raise self._broken(f"answered {method} with neither result nor error")
        return Returned(self._decode(message.result, METHODS[method][1]))

    def _decode(self, raw: msgspec.Raw, form: type[Any]) -> Any:
        try:
            return msgspec.json.decode(raw, type=form)
        except msgspec.DecodeError as error:
            raise self._broken(f"sent {bytes(raw)[:_STRAY_CHARACTERS]!r}: {error}") from None

    def _broken(self, what: str) -> ProtocolError:
        self._end = Lost(f"the adapter {what}")
        return ProtocolError(f"the adapter {what}")

    def _how_it_ended(self) -> str:
        wait_until(lambda: self._process.exit_status() is not None, 1.0)
        status = self._process.exit_status()
        if status is None:
            return "the adapter closed its channel and stays"
        how = f"signal {-status}" if status < 0 else f"status {status}"
        last = self.stderr_tail().strip().splitlines()[-1:]
        return f"the adapter exited with {how}" + (f"; it last said: {last[0]}" if last else "")


def _shown(line: Sequence[int]) -> str:
    """Quote the beginning of a line."""
    begin = bytes(line[: 4 * _STRAY_CHARACTERS]).decode(errors="replace")
    return repr(begin[:_STRAY_CHARACTERS])


def quiet_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Make the environment of an adapter: the caller's, without what would disturb.

    Args:
        extra: variables to add.

    Returns:
        The whole environment. PYTHONPATH is dropped, as every daemon would inherit it.
    """
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return env | dict(extra)
