"""Has the stages run by every executor of a Spark cluster, and gathers what they tell."""

from __future__ import annotations

import os
import secrets
import signal
import tempfile
from typing import TYPE_CHECKING

import msgspec

from conformance.cli.doctor.local import hand_over, last_line, lines_of
from conformance.cli.doctor.messages import Gathering
from conformance.cli.doctor.parcel import pack
from conformance.door.find import ROOT, find
from conformance.drive import sandbox
from conformance.drive.clock import wait_until
from conformance.drive.interrupts import current
from conformance.errors import DoorError, EnvironmentFault, UsageError
from conformance.observe import processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.cli.doctor.asked import Asked
    from conformance.report.doctor_file import Examination

#: Limit for Spark's own start; the stages have theirs.
_SPARK_S = 180.0
#: How long the driver may take to end its Spark when it is told to.
_END_S = 20.0
#: Marks what is started on this host: the driver, its JVM, local executors.
_MARK = "WFC_DOCTOR_DRIVER"
_DRIVE = (
    f"import sys; sys.path.append({str(ROOT)!r}); "
    "from conformance.adapters import doctor_driver as driver; driver.main()"
)


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """Which executors are asked, and how.

    Attributes:
        venv: environment with the PySpark of the driver.
        conf: Spark's settings.
    """

    venv: str
    conf: dict[str, str]


class Message(msgspec.Struct, frozen=True, tag_field="kind", tag=str.lower):
    """A line of the driver."""


class Executors(Message, frozen=True):
    """Which executors are asked, and for what."""

    ids: tuple[str, ...]
    options: dict[str, msgspec.Raw]


class Answer(Message, frozen=True):
    """What one executor told, or why it did not."""

    executor: str
    lines: tuple[str, ...]
    error: str


class Fatal(Message, frozen=True):
    """Why there is no answer at all, and whether it is the user's mistake."""

    why: str
    is_usage: bool


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """What all executors told.

    Attributes:
        asked: what was examined, as Spark's driver had it.
        seen: by executor, in the order of their ids.
        unanswered: by id, why an executor gave no answer.
    """

    asked: Asked
    seen: tuple[Examination, ...]
    unanswered: dict[str, str]


_DECODER = msgspec.json.Decoder(Executors | Answer | Fatal)


def examine(asked: Asked, cluster: Cluster, on_start: Callable[[int], None]) -> Gathered:
    """Run the stages in every executor.

    Args:
        asked: what is examined; empty fields are filled in by Spark's settings.
        cluster: whose executors.
        on_start: told how many executors are asked.

    Returns:
        What was seen.

    Raises:
        DoorError: if Spark does not start.
        UsageError: if no cluster is named.
        EnvironmentFault: if no executor comes, or all take too long.
        KeyboardInterrupt: if an interrupt has come, when all has been ended.
    """
    ids: tuple[str, ...] = ()
    answers: dict[str, Answer] = {}
    for message in _messages(asked, cluster):
        match message:
            case Executors():
                ids = message.ids
                asked = _as_spark_has_it(asked, message.options)
                on_start(len(ids))
            case Answer():
                answers[message.executor] = message
            case Fatal(why=why, is_usage=True):
                raise UsageError(why)
            case Fatal(why=why):
                raise DoorError(f"Spark does not answer: {why}")
    if not ids:
        raise EnvironmentFault("Spark came to no executor in time")
    return _gather(asked, ids, answers)


def _messages(asked: Asked, cluster: Cluster) -> Iterator[Executors | Answer | Fatal]:
    python = find(f"spark:{cluster.venv}").argv[0]
    wanted = {
        "program": pack(),
        "options": msgspec.json.decode(asked.options("")),
        "conf": cluster.conf,
        "within_s": asked.whole_s,
    }
    with tempfile.TemporaryFile() as stderr:
        mark = secrets.token_hex(16)
        process = sandbox.start(
            (python, "-c", _DRIVE),
            env={**os.environ, _MARK: mark},
            stderr=stderr.fileno(),
            leads_group=True,
        )
        try:
            hand_over(process, msgspec.json.encode(wanted).decode())
            is_silent = True
            for line in lines_of(process, _SPARK_S + asked.whole_s):
                is_silent = False
                yield _DECODER.decode(line)
            if is_silent:
                raise DoorError(f"Spark's driver broke: {last_line(stderr)}")
        finally:
            with current().held():
                _end(process, mark)


def _end(process: sandbox.Process, mark: str) -> None:
    """Let the driver end Spark, so that executors end what they started."""
    if current().has_come and process.exit_status() is None:
        process.signal(signal.SIGTERM)
    process.end(within_s=_END_S)
    if wait_until(lambda: not processes.with_variable(_MARK, mark), _END_S):
        return
    for pid in processes.with_variable(_MARK, mark):
        sandbox.kill(pid)


def _as_spark_has_it(asked: Asked, options: dict[str, msgspec.Raw]) -> Asked:
    names = ("python", "source", "daemon", "worker", "argument")
    told = {name: msgspec.json.decode(options[name]) for name in names}
    return msgspec.structs.replace(asked, **told)


def _gather(asked: Asked, ids: tuple[str, ...], answers: dict[str, Answer]) -> Gathered:
    seen: dict[str, Examination] = {}
    unanswered: dict[str, str] = {}
    for one in ids:
        answer = answers.get(one) or Answer(one, (), f"no answer within {asked.whole_s:g} s")
        gathering = Gathering(asked)
        for line in answer.lines:
            gathering.take(line.encode())
        if answer.error or not answer.lines:
            unanswered[one] = answer.error
        elif gathering.so_far.executor not in ("", one):
            unanswered[one] = f"executor {gathering.so_far.executor} took its task"
        else:
            seen[one] = msgspec.structs.replace(gathering.so_far, executor=one)
    return Gathered(asked=asked, seen=tuple(seen.values()), unanswered=unanswered)
