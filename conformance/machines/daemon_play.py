"""Plays a daemon's scenario: performs each step, judges it, and stops at the first wrong."""

from __future__ import annotations

import signal
from functools import singledispatchmethod
from typing import TYPE_CHECKING

import msgspec

from conformance.check.daemons import (
    early_closes,
    lost_processes,
    open_connections,
    surviving_processes,
    wrong_answers,
    wrong_transcripts,
)
from conformance.check.plain import broken_promises, unequal_values
from conformance.contract.clauses import find
from conformance.contract.wire import encode_int, encode_reply, encode_text
from conformance.door.messages import OwnDaemon  # noqa: TC001 - msgspec reads it
from conformance.drive import sandbox
from conformance.drive.connection import SECRET
from conformance.evidence.daemon_scenario import (
    NOBODY,
    STRANGER,
    AnyStep,
    Connect,
    DaemonScenario,
    End,
    HupDaemon,
    Leave,
    RequestKill,
    Say,
    SignalWorker,
    Task,
    phrase,
)
from conformance.evidence.findings import Finding, put_down_to
from conformance.machines.daemon_census import Census
from conformance.observe import processes
from conformance.plan.daemon_model import ALIVE, DaemonModel, Phase
from conformance.stage.stillness import wait_for_stillness

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.drive.connection import Connection
    from conformance.stage.stage import Stage

#: No process has it: Linux hands out pids up to 4194304 (proc(5), pid_max).
_NO_PID = 2**31 - 1
_OK, _ERR = encode_reply(accepted=True), encode_reply(accepted=False)
_HALF = 20
_WRONG = {"wrong": encode_text(SECRET[::-1]), "nothing": encode_int(0)}
_MALFORMED = {
    "negative": encode_int(-1),
    "huge": encode_int(2**31 - 1),
    "garbage": encode_int(4) + b"\xff\xfe\xfd\xfc",
}
#: A program that waits for its end, for requests that name no worker.
_STRANGER = "import signal; signal.pause()"
#: By which clause others survive a step, unless by the one about connections.
_ABOUT: dict[type[AnyStep], str] = {
    RequestKill: "D-13",
    Say: "D-10",
    Leave: "D-10",
    HupDaemon: "D-19",
    SignalWorker: "D-22",
}
#: What an end is about.
_ENDS = {"hang_up": "D-17", "hang_up_amid": "D-17", "TERM": "D-18", "INT": "D-42", "KILL": "D-34"}


class DaemonPlayed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a daemon's scenario.

    Attributes:
        findings: what was wrong, each with its clause; nothing if all was well.
        steps: those performed.
        judged: clauses that had a say.
        stderr: what the daemon and its workers wrote there, without secrets of the run.
        history: all that was seen, as lines of JSON, likewise.
        own: the daemon that it was played on.
    """

    findings: tuple[Finding, ...]
    steps: tuple[AnyStep, ...]
    judged: frozenset[str]
    stderr: str
    history: str
    own: OwnDaemon


def play_daemon(scenario: DaemonScenario, stage: Stage, within_s: float) -> DaemonPlayed:
    """Play a scenario from beginning to end, or to the first wrong.

    Args:
        scenario: to be played; steps that make no sense are left out.
        stage: on which; its own.
        within_s: how long is waited for what must happen.

    Returns:
        What came of it.
    """
    playing = _Play(stage, scenario, within_s)
    try:
        for step in scenario.steps:
            if not playing.findings and playing.model.is_possible(step):
                playing.do(step)
    finally:
        playing.close()
    return DaemonPlayed(
        findings=tuple(playing.findings),
        steps=tuple(playing.steps),
        judged=frozenset(playing.judged),
        stderr=stage.run.hide(playing.daemon.read_stderr()),
        history=stage.run.ndjson(stage.history),
        own=stage.own_daemon(),
    )


class _Play:
    """A daemon at play."""

    def __init__(self, stage: Stage, scenario: DaemonScenario, within_s: float) -> None:
        self.stage = stage
        self.findings: list[Finding] = []
        self.steps: list[AnyStep] = []
        self.judged: set[str] = set()
        self.model = DaemonModel(reuse=scenario.daemon.reuse)
        self.daemon = stage.daemon({"SPARK_REUSE_WORKER": "1" if scenario.daemon.reuse else None})
        self._within_s = within_s
        self._connections: dict[str, Connection] = {}
        self._has_served: set[str] = set()
        self._reuse = scenario.daemon.reuse
        self._stranger: sandbox.Process | None = None
        self._census = Census(self.daemon.pid, within_s)
        # Until a daemon has announced its port it owes nothing, and a signal may still end it.
        _ = self.daemon.port

    def do(self, step: AnyStep) -> None:
        """Perform a step, judge it, and see who lives."""
        self.steps.append(step)
        self.stage.channel.note("step", number=len(self.steps), do=phrase(step))
        self._perform(step)
        self.model.take(step)
        if not isinstance(step, End):
            self._look_round(step)

    def close(self) -> None:
        """End the process that is no worker; the stage ends all others."""
        if self._stranger is not None:
            self._stranger.end()

    def _judge(self, clause: str, *wrongs: Iterable[Finding]) -> None:
        if self.stage.profile.applies(find(clause)):
            self.judged.add(clause)
            self.findings += put_down_to(clause, *wrongs)

    # -- what is done --------------------------------------------------------------------

    @singledispatchmethod
    def _perform(self, step: AnyStep) -> None:
        raise NotImplementedError(f"{step}")

    @_perform.register
    def _connect(self, step: Connect) -> None:
        silent = self.model.at(Phase.WAITING, Phase.HALF, Phase.LOST)
        clause = "D-11" if silent else "D-05"
        try:
            connection = self.daemon.connect()
        except (OSError, OverflowError) as error:
            return self._judge("D-02", [Finding("refused_connections", "it listens", str(error))])
        self._connections[step.connection] = connection
        pid = connection.read_pid(self._within_s)
        has_pid = pid is not None and pid > 0
        self._judge(
            clause,
            broken_promises("missing_pids", holds=has_pid, expected="a pid", actual=f"{pid}"),
        )
        if pid is not None and has_pid:
            self._judge("D-07", wrong_transcripts(connection.receive(1, within_s=0), b""))
            self._judge_pid(pid)
        return None

    def _judge_pid(self, pid: int) -> None:
        seen = processes.look(pid)
        of_whom = (seen.parent_pid, seen.group_pid) if seen else ()
        known = [one.pid for one in self._connections.values()].count(pid)
        self._judge("D-06", unequal_values("parent and group:", of_whom, (self.daemon.pid,) * 2))
        self._judge("D-05", unequal_values("connections with that pid:", known, 1))

    @_perform.register
    def _say(self, step: Say) -> None:
        connection = self._connections[step.connection]
        frame = encode_text(SECRET)
        match step.what:
            case "half":
                connection.send(frame[:_HALF])
                self._judge("D-07", wrong_transcripts(connection.receive(1, within_s=0), b""))
            case "wrong" | "nothing":
                connection.send(_WRONG[step.what])
                self._judge("D-08", wrong_transcripts(self._rest_of(connection), _ERR))
            case "negative" | "huge" | "garbage":
                connection.send(_MALFORMED[step.what])
                early = connection.receive(len(_OK), within_s=0)
                self._judge("D-08", unequal_values("accepted:", early == _OK, expected=False))
            case _:
                self._send(connection, step.what, frame)
                said = connection.receive_text(self._within_s)
                self._judge("D-08", wrong_transcripts(said, b"ok"))

    def _rest_of(self, connection: Connection) -> bytes:
        """What was said up to the end; a connection that stays open says more than it may."""
        said = connection.receive_rest(self._within_s)
        is_over = connection.how_it_ends(0) in ("eof", "reset")
        return said if is_over else said + b" and no end"

    @staticmethod
    def _send(connection: Connection, what: str, frame: bytes) -> None:
        if what == "bytes":
            for at in range(len(frame)):
                connection.send(frame[at : at + 1])
        else:
            connection.send(frame[_HALF:] if what == "rest" else frame)

    @_perform.register
    def _task(self, step: Task) -> None:
        connection = self._connections[step.connection]
        is_again = step.connection in self._has_served
        self._has_served.add(step.connection)
        answer = connection.task("pid", self._within_s)
        self._judge("D-29" if is_again else "D-06", wrong_answers(answer, f"{connection.pid}"))
        if not self._reuse and not self.findings:
            self._see_it_serve("D-05")  # meanwhile whoever must wait could have left
            end = connection.how_it_ends(0)
            if end != "open":  # one that waits may yet serve a second task: nothing is proven
                self._judge("D-30", early_closes(end))

    @_perform.register
    def _leave(self, step: Leave) -> None:
        is_trusted = self.model.phases[step.connection] in (Phase.READY, Phase.SPENT)
        connection = self._connections[step.connection]
        getattr(connection, step.how)()
        self.model.has_left.add(step.connection)
        self._await_end("D-33" if is_trusted else "D-10", step.connection)
        if not is_trusted and not self.findings:
            self._see_it_serve("D-10")

    @_perform.register
    def _request_kill(self, step: RequestKill) -> None:
        clause = "D-14" if len(step.whom) > 1 else "D-12"
        records = [encode_int(self._pid_of(name)) for name in step.whom]
        for part in _parts(records, step.how):
            self.daemon.write_stdin(part)
        living = [one for one in dict.fromkeys(step.whom) if one in self.model.at(*ALIVE)]
        self._await_end(clause, *living)
        if not living:
            self._see_it_serve("D-13")
        if self._stranger is not None and STRANGER in step.whom:
            lives = {self._stranger.pid: self._stranger.exit_status() is None}
            self._judge("D-15", lost_processes("a stranger", lives))

    def _pid_of(self, name: str) -> int:
        """The pid that a request names; of whoever is dead only if nobody has it since."""
        if name == NOBODY:
            return _NO_PID
        if name == STRANGER:
            return self._hire_stranger()
        pid = self._connections[name].pid
        is_dead = self.model.phases[name] is Phase.ENDED
        return _NO_PID if is_dead and processes.is_alive(pid) else pid

    def _hire_stranger(self) -> int:
        if self._stranger is None:
            argv = [self.stage.run.python_exec, "-c", _STRANGER]
            self._stranger = sandbox.start(argv, env=self.stage.environment())
        return self._stranger.pid if self._stranger.exit_status() is None else _NO_PID

    @_perform.register
    def _signal(self, step: SignalWorker) -> None:
        number = signal.Signals[f"SIG{step.signal}"]
        self.stage.signal(self._connections[step.connection].pid, number)
        if step.signal != "CHLD":
            self._await_end("D-22", step.connection)

    @_perform.register
    def _hup(self, _step: HupDaemon) -> None:
        self.daemon.signal(signal.SIGHUP)
        self._see_it_serve("D-19")

    @_perform.register
    def _end(self, step: End) -> None:
        pids = [one.pid for one in self._connections.values() if processes.is_alive(one.pid)]
        # Spark's daemon has two moments in which an end is half an end: amid a fork Python
        # swallows what its handler of SIGTERM raises, and a worker that has just told its
        # pid still ignores SIGHUP. Chance would decide; so nobody is at either.
        wait_for_stillness(self.stage, self._within_s)
        self._bid_farewell(step)
        status = self.daemon.wait_for_exit(self._within_s)
        if step.how == "KILL":
            for connection in self._connections.values():
                connection.close()
        sandbox.wait_for_end(pids, self._within_s)
        self._judge(
            _ENDS[step.how],
            surviving_processes("the daemon", {self.daemon.pid: status is None}),
            surviving_processes("each worker", {pid: processes.is_alive(pid) for pid in pids}),
        )

    def _bid_farewell(self, step: End) -> None:
        if step.how.startswith("hang_up"):
            self.daemon.write_stdin(b"\0\0" if step.how == "hang_up_amid" else b"")
            self.daemon.hang_up()
        else:
            self.daemon.signal(signal.Signals[f"SIG{step.how}"])

    # -- what is seen --------------------------------------------------------------------

    def _see_it_serve(self, clause: str) -> None:
        """Take on a worker and part with it: what came before has been heard by then."""
        try:
            passing = self.daemon.connect()
        except (OSError, OverflowError) as error:
            self._judge(clause, [Finding("refused_connections", "it serves on", str(error))])
            return
        pid = passing.read_pid(self._within_s)
        if pid is not None:
            passing.authenticate()  # whoever leaves before costs its worker: another matter
        passing.close()
        self._judge(
            clause,
            broken_promises("missing_pids", holds=pid is not None, expected="a pid", actual="none"),
        )
        sandbox.wait_for_end([pid or 0], self._within_s)

    def _await_end(self, clause: str, *names: str) -> None:
        pids = [self._connections[name].pid for name in names]
        sandbox.wait_for_end(pids, self._within_s)
        lives = {pid: processes.is_alive(pid) for pid in pids}
        self._judge(clause, surviving_processes(f"the worker of {', '.join(names)}", lives))
        mine = [self._connections[one] for one in names if one not in self.model.has_left]
        if mine and not self.findings:
            ends = [one.how_it_ends(self._within_s) for one in mine]
            self._judge("D-25", open_connections(*ends))

    def _look_round(self, step: AnyStep) -> None:
        """Whoever must live does, nobody else does, and nobody is left to be collected."""
        if self.findings:
            return
        must = {self._connections[name].pid for name in self.model.at(*ALIVE)}
        may = {self._connections[name].pid for name in self.model.at(Phase.LOST)}
        about = _about(step)
        seen = self._census.take(must, may)
        self._judge(about, lost_processes("the daemon", {self.daemon.pid: seen.has_daemon}))
        if seen.has_daemon:
            self._judge(about, lost_processes("each worker", dict.fromkeys(seen.missing, False)))
            surplus = dict.fromkeys(seen.surplus, True)
            self._judge("D-05", surviving_processes("whoever serves no connection", surplus))
            self._judge("D-21", unequal_values("zombies:", seen.zombies, []))


def _parts(records: list[bytes], how: str) -> list[bytes]:
    """Cut requests into what is written at a time."""
    if how == "whole":
        return [b"".join(records)]
    if how == "halves":
        return [part for one in records for part in (one[:2], one[2:])]
    return [one[at : at + 1] for one in records for at in range(len(one))]


def _about(step: AnyStep) -> str:
    """Name the clause by which others survive a step."""
    if isinstance(step, Say) and step.what in _WRONG:
        return "D-08"
    return _ABOUT.get(type(step), "D-05")
