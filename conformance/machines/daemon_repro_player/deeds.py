"""The steps of a daemon's scenario: each is performed, and what comes of it is judged."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

from conformance.contract.wire import encode_int, encode_reply, encode_text
from conformance.machines.daemon_repro_player.kinship import kin_of, wait_for_ends
from conformance.machines.repro_player.stillness import wait_until_still

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.machines.daemon_repro_player.line import Line
    from conformance.machines.daemon_repro_player.started import Daemon
    from conformance.machines.daemon_repro_player.wrongs import Wrongs

    #: A step with what the model says of it (`machines.daemon_repro`).
    DaemonStep = dict[str, Any]

#: No process has it: Linux hands out pids up to 4194304 (proc(5), pid_max).
_NO_PID = 2**31 - 1
_OK, _ERR = encode_reply(accepted=True), encode_reply(accepted=False)
#: How much of the secret's frame is half of it, in bytes.
_HALF = 20
_MALFORMED = {
    "negative": encode_int(-1),
    "huge": encode_int(2**31 - 1),
    "garbage": encode_int(4) + b"\xff\xfe\xfd\xfc",
}
#: What an end is about.
_ENDS = {"hang_up": "D-17", "hang_up_amid": "D-17", "TERM": "D-18", "INT": "D-42", "KILL": "D-34"}


class Deeds:
    """Performs steps on a daemon.

    Args:
        daemon: on which.
        wrongs: where what is wrong is taken down.
        reuse: whether its workers take several tasks.

    Attributes:
        lines: connections by name, with the pids of their workers.
    """

    def __init__(self, daemon: Daemon, wrongs: Wrongs, *, reuse: bool) -> None:
        self.lines: dict[str, Line] = {}
        self._daemon = daemon
        self._wrongs = wrongs
        self._reuse = reuse
        self._has_served: set[str] = set()
        self._steps: dict[str, Callable[[DaemonStep, DaemonStep], str]] = {
            "connect": self._connect,
            "say": self._say,
            "task": self._task,
            "leave": self._leave,
            "request_kill": self._request_kill,
            "signal": self._signal,
            "hup_daemon": self._hup,
            "end": self._end,
        }

    def do(self, step: DaemonStep, before: DaemonStep) -> str:
        """Perform a step and judge what comes of it at once.

        Args:
            step: to be performed.
            before: the step before it, for who stands where.

        Returns:
            What came of it, in few words.
        """
        return self._steps[step["do"]](step, before)

    # -- what is done -------------------------------------------------------------------

    def _connect(self, step: DaemonStep, before: DaemonStep) -> str:
        is_any_silent = bool(before["may"]) or before["must"] != before["trusted"]
        try:
            line = self._daemon.connect()
        except (OSError, OverflowError) as error:
            self._wrongs.judge("D-02", holds=False, expected="it listens", actual=f"{error}")
            return "refused"
        self.lines[step["connection"]] = line
        pid = line.read_pid()
        has_pid = pid is not None and pid > 0
        clause = "D-11" if is_any_silent else "D-05"
        told = f"pid {pid}"
        self._wrongs.judge(clause, holds=has_pid, expected="a pid", actual=told)
        if pid is not None and has_pid:
            self._wrongs.judge_said("D-07", line.receive(1, within_s=0), b"")
            self._judge_pid(pid)
        return told

    def _judge_pid(self, pid: int) -> None:
        seen = kin_of(pid)
        of_whom = (seen.parent_pid, seen.group_pid) if seen else ()
        known = [one.pid for one in self.lines.values()].count(pid)
        own = (self._daemon.pid, self._daemon.pid)
        self._wrongs.judge_equal("D-06", "parent and group:", of_whom, own)
        self._wrongs.judge_equal("D-05", "connections with that pid:", known, 1)

    def _say(self, step: DaemonStep, _before: DaemonStep) -> str:
        line, what = self.lines[step["connection"]], step["what"]
        frame = encode_text(self._daemon.secret)
        if what == "half":
            line.send(frame[:_HALF])
            self._wrongs.judge_said("D-07", line.receive(1, within_s=0), b"")
            return "done"
        if what in _MALFORMED:
            line.send(_MALFORMED[what])
            is_taken = line.receive(len(_OK), within_s=0) == _OK
            self._wrongs.judge_equal("D-08", "accepted:", is_taken, expected=False)
            return "done"
        if what in ("wrong", "nothing"):
            line.send(encode_text(self._daemon.secret[::-1] if what == "wrong" else ""))
            said = _rest_of(line)
            self._wrongs.judge_said("D-08", said, _ERR)
            return f"{said!r}"
        return self._say_right(line, what, frame)

    def _say_right(self, line: Line, what: str, frame: bytes) -> str:
        frame = frame[_HALF:] if what == "rest" else frame
        size = 1 if what == "bytes" else len(frame)
        for at in range(0, len(frame), size):
            line.send(frame[at : at + size])
        said = line.receive_text()
        self._wrongs.judge_said("D-08", said, b"ok")
        return said.decode(errors="replace") or "no reply"

    def _task(self, step: DaemonStep, _before: DaemonStep) -> str:
        name = step["connection"]
        line = self.lines[name]
        clause = "D-29" if name in self._has_served else "D-06"
        self._has_served.add(name)
        answer = line.ask_who()
        told = "no answer" if answer is None else f"pid {answer}"
        self._wrongs.judge(
            clause, holds=answer == f"{line.pid}", expected=f"pid {line.pid}", actual=told
        )
        if not self._reuse and not self._wrongs.found:
            self._see_it_serve("D-05")  # meanwhile whoever must wait could have left
            end = line.how_it_ends(0)
            expected = "the worker waits for us to close"
            self._wrongs.judge("D-30", holds=end == "open", expected=expected, actual=end)
        return told

    def _leave(self, step: DaemonStep, before: DaemonStep) -> str:
        name = step["connection"]
        is_trusted = name in before["trusted"]
        line = self.lines[name]
        if step["how"] == "reset":
            line.reset()
        else:
            line.close()
        came = self._await_ends("D-33" if is_trusted else "D-10", [name], step["left"])
        if not is_trusted and not self._wrongs.found:
            self._see_it_serve("D-10")
        return came

    def _request_kill(self, step: DaemonStep, before: DaemonStep) -> str:
        whom: list[str] = step["whom"]
        records = [encode_int(self._pid_of(name)) for name in whom]
        for part in _parts(records, step["how"]):
            self._daemon.write(part)
        living = [name for name in dict.fromkeys(whom) if name in before["must"]]
        came = self._await_ends("D-14" if len(whom) > 1 else "D-12", living, step["left"])
        if not living:
            self._see_it_serve("D-13")
        if "stranger" in whom:
            pid = self._daemon.hire_stranger()
            what = {"expected": "a stranger lives", "actual": "the stranger was killed"}
            self._wrongs.judge("D-15", holds=pid > 0, **what)
        return came

    def _pid_of(self, name: str) -> int:
        """The pid that a request names: one of ours, or one that nobody has."""
        if name == "nobody":
            return _NO_PID
        if name == "stranger":
            return self._daemon.hire_stranger() or _NO_PID
        pid = self.lines[name].pid
        is_safe = self._daemon.family.has(pid) or (pid > 0 and kin_of(pid) is None)
        return pid if is_safe else _NO_PID

    def _signal(self, step: DaemonStep, _before: DaemonStep) -> str:
        name, number = step["connection"], signal.Signals[f"SIG{step['signal']}"]
        self._daemon.family.signal(self.lines[name].pid, number)
        if step["signal"] == "CHLD":
            return "done"
        return self._await_ends("D-22", [name], step["left"])

    def _hup(self, _step: DaemonStep, _before: DaemonStep) -> str:
        self._daemon.signal(signal.SIGHUP)
        self._see_it_serve("D-19")
        return "done"

    def _end(self, step: DaemonStep, _before: DaemonStep) -> str:
        how = step["how"]
        pids = [one.pid for one in self.lines.values() if self._daemon.family.has(one.pid)]
        # Amid a fork, or when a worker has just told its pid, an end may be half an end.
        wait_until_still()
        if how in ("hang_up", "hang_up_amid"):
            self._daemon.write(b"\0\0" if how == "hang_up_amid" else b"")
            self._daemon.hang_up()
        else:
            self._daemon.signal(signal.Signals[f"SIG{how}"])
        has_ended = self._daemon.ends()
        if how == "KILL":
            self._daemon.close_lines()
        living = wait_for_ends(pids)
        self._wrongs.judge_ended(_ENDS[how], "the daemon", [] if has_ended else [self._daemon.pid])
        self._wrongs.judge_ended(_ENDS[how], "each worker", living)
        return "done" if has_ended else "it lives on"

    # -- what is seen -------------------------------------------------------------------

    def _see_it_serve(self, clause: str) -> None:
        """Take on a worker and part with it: what came before has been heard by then."""
        try:
            passing = self._daemon.connect()
        except (OSError, OverflowError) as error:
            self._wrongs.judge(clause, holds=False, expected="it serves on", actual=f"{error}")
            return
        pid = passing.read_pid()
        if pid is not None:  # whoever leaves before costs its worker: another matter
            passing.send(encode_text(self._daemon.secret))
            passing.receive_text()
        passing.close()
        expected = "a pid for one who connects then"
        self._wrongs.judge(clause, holds=pid is not None, expected=expected, actual="none")
        wait_for_ends([pid or 0])

    def _await_ends(self, clause: str, names: list[str], left: Sequence[str]) -> str:
        """Wait until workers have ended and, where we have not left, their connections."""
        if not names:
            return "done"
        pids = [self.lines[name].pid for name in names]
        who = f"the worker of {', '.join(names)}"
        self._wrongs.judge_ended(clause, who, wait_for_ends(pids))
        if self._wrongs.found:
            return f"{who} lives on"
        ends = [self.lines[name].how_it_ends() for name in names if name not in left]
        self._wrongs.judge(
            "D-25",
            holds=not {"open", "data"}.intersection(ends),
            expected="the peer closes the connection",
            actual=" ".join(ends),
        )
        return f"{who} has ended"


def _rest_of(line: Line) -> bytes:
    """What was said up to the end; a connection that stays open says more than it may."""
    said = line.receive_rest()
    return said if line.how_it_ends(0) in ("eof", "reset") else said + b" and no end"


def _parts(records: list[bytes], how: str) -> list[bytes]:
    """Cut requests into what is written at a time."""
    whole = b"".join(records)
    size = {"whole": len(whole), "halves": 2, "bytes": 1}[how]
    return [whole[at : at + size] for at in range(0, len(whole), size)]
