"""A factory under test with its own daemon module, and what their workers are asked."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from conformance.check.daemons import surviving_processes
from conformance.check.plain import broken_promises
from conformance.contract.wire import INT_BYTES, decode_int, encode_text
from conformance.drive import sandbox
from conformance.drive.caller import PROBE_WORKER, probe_path
from conformance.errors import Unobservable
from conformance.evidence.findings import Finding
from conformance.observe import processes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.stage.factory import Factory, Worker
    from conformance.stage.stage import Stage


def own_factory(
    stage: Stage,
    env: Mapping[str, str] | None = None,
    options: Mapping[str, object] | None = None,
) -> Factory:
    """Make a factory that starts the implementation's own daemon module.

    Args:
        stage: of the scenario.
        env: more environment for `env_vars`.
        options: of `factory.new` (docs/protocol.md).

    Returns:
        The factory; its workers are the suite's probe, or an echo.

    Raises:
        Unobservable: if there is no factory under test, or no daemon module.
    """
    if stage.run.implementation is None:
        raise Unobservable("a daemon module alone is under test")
    own = stage.own_daemon()
    environment = {"PYTHONPATH": probe_path(own), "SPARK_REUSE_WORKER": "1", **(env or {})}
    if own.worker_hook == "argv" and not stage.profile.worker_module_argument:
        environment["WFC_PROBE_ARGUMENT"] = PROBE_WORKER
    return stage.factory(
        daemon=own.module,
        worker=PROBE_WORKER,
        python_exec=own.python_exec or None,
        env=environment,
        options=options,
    )


def kill_implementation(stage: Stage, factory: Factory) -> None:
    """Kill the implementation's process; its one factory is gone, and what that held.

    The next scenario gets a new one. What its daemon does is for the scenario to see.

    Args:
        stage: of the scenario.
        factory: the only one that was made.

    Raises:
        Unobservable: if the pid that it tells is not that of a process of this run.
    """
    run = stage.run
    pid = run.about.pid
    if not processes.has_variable(pid, "WFC_TOKEN", run.token):
        raise Unobservable(f"the implementation's process is not the {pid} that it tells")
    stage.channel.note("signalled", pid=pid, number=int(signal.SIGKILL))
    sandbox.send_signal(pid, signal.SIGKILL)
    run.drop_session()
    factory.is_stopped = True  # there is nobody left to ask


def judge_daemon(stage: Stage, clause: str, *wrongs: Iterable[Finding]) -> None:
    """Judge the daemon's part, unless something was wrong before: it may be the factory's.

    Args:
        stage: of the scenario.
        clause: of the daemon; the scenario must claim it.
        *wrongs: findings of checkers.
    """
    if not stage.record.all_findings():
        stage.judge(clause, *wrongs)


def ask(worker: Worker, order: str) -> str | None:
    """Let a worker do something, through the door.

    A worker that takes no orders of ours may echo: its pid, then what it was sent.

    Args:
        worker: to be asked.
        order: of the probe's.

    Returns:
        The answer; None if none came.
    """
    frame = encode_text(order)
    head = worker.exchange(frame, INT_BYTES).data
    if len(head) < INT_BYTES:
        return None
    size = decode_int(head)
    begin = worker.exchange(b"", min(size, INT_BYTES)).data if size else b""
    if begin == frame[:INT_BYTES]:
        return _echoed(size, worker.exchange(b"", len(order)).data.decode())
    rest = worker.exchange(b"", size - len(begin)).data if size > len(begin) else b""
    return (begin + rest).decode()


def _echoed(pid: int, said: str) -> str:
    """What the probe would have answered, as far as an echo tells."""
    return f"{pid}" if said == "pid" else said.removeprefix("echo ")


def ask_pid(stage: Stage, worker: Worker) -> int:
    """Let a worker tell its pid; if it cannot, the scenario cannot go on.

    Args:
        stage: of the scenario.
        worker: to be asked.

    Returns:
        The pid.

    Raises:
        ContractViolation: if the answer is none.
    """
    told = ask(worker, "pid")
    if told is None or not told.isdecimal():
        raise stage.record.blame_main(Finding("wrong_answers", "a pid", repr(told)))
    return int(told)


def daemon_of(pid: int) -> int:
    """Tell whose child a worker is: the kernel knows, and it costs no task.

    Args:
        pid: of the worker.

    Returns:
        Pid of its daemon; 0 if the worker is gone.
    """
    seen = processes.look(pid)
    return seen.parent_pid if seen else 0


def strange_parents(told: Iterable[str | None], daemon: int) -> Iterator[Finding]:
    """See workers that do not answer, or are not the children of a daemon.

    Args:
        told: what each answered when asked for its pid.
        daemon: whose children they must be.

    Yields:
        One finding for each that is not.
    """
    for answer in told:
        parent = daemon_of(int(answer)) if answer is not None and answer.isdecimal() else None
        if parent != daemon:
            actual = "no answer" if parent is None else f"one of {parent}"
            yield Finding("strange_parents", f"a worker of the daemon {daemon}", actual)


def stale_daemons(parent: int, old: int) -> Iterator[Finding]:
    """See a worker that is not the child of a new daemon.

    Args:
        parent: pid of its daemon; 0 if the worker is gone.
        old: pid of the daemon before.

    Returns:
        One finding if it is none.
    """
    return broken_promises(
        "stale_daemons",
        holds=parent not in (0, old),
        expected="a worker of another daemon",
        actual=f"its daemon is {parent}, the old one was {old}",
    )


def survivors(who: str, *pids: int) -> Iterator[Finding]:
    """Wait for the end of processes, and see those that live on.

    Args:
        who: they are, for the finding.
        *pids: of processes that must end.

    Yields:
        One finding if any lives on.
    """
    sandbox.wait_for_end(pids)  # not before somebody wants the answer
    yield from surviving_processes(who, {pid: processes.is_alive(pid) for pid in pids})
