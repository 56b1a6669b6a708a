"""A factory under test with its own daemon module, and what their workers are asked."""

from __future__ import annotations

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
    """What the probe would have answered, as far as an echo and the kernel tell."""
    seen = processes.look(pid)
    told = {"pid": f"{pid}", "parent": f"{seen.parent_pid if seen else None}"}
    return told.get(said, said.removeprefix("echo "))


def ask_pid(stage: Stage, worker: Worker, order: str) -> int:
    """Let a worker tell a pid; if it cannot, the scenario cannot go on.

    Args:
        stage: of the scenario.
        worker: to be asked.
        order: `pid`, or `parent` for the daemon's.

    Returns:
        The pid.

    Raises:
        ContractViolation: if the answer is none.
    """
    told = ask(worker, order)
    if told is None or not told.isdecimal():
        raise stage.record.blame_main(Finding("wrong_answers", "a pid", repr(told)))
    return int(told)


def stale_daemons(parent: str | None, old: int) -> Iterator[Finding]:
    """See a worker that is not the child of a new daemon.

    Args:
        parent: of the worker, as it tells it.
        old: pid of the daemon before.

    Returns:
        One finding if it is none.
    """
    return broken_promises(
        "stale_daemons",
        holds=parent not in (None, str(old)),
        expected="a worker of another daemon",
        actual=f"its daemon is {parent}, the old one was {old}",
    )


def survivors(who: str, *pids: int) -> Iterator[Finding]:
    """Wait for the end of processes, and see those that live on.

    Args:
        who: they are, for the finding.
        *pids: of processes that must end.

    Returns:
        One finding if any lives on.
    """
    sandbox.wait_for_end(pids)
    return surviving_processes(who, {pid: processes.is_alive(pid) for pid in pids})
