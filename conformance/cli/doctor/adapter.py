"""`wfc doctor`: does an adapter work? One line a step; the first that fails is explained."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, NamedTuple

import click

from conformance.cli.doctor.examination import Examination
from conformance.cli.printing import painter, width
from conformance.drive.interrupts import current
from conformance.errors import ConformanceError, ContractViolation, ProtocolError
from conformance.report.failure import shorten
from conformance.report.legible import legible

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.report.paint import Paint

_WORKS = 0
_DOES_NOT_WORK = 8
_NAME_COLUMNS = 20
#: How many lines of the adapter's standard error are shown.
_TAIL_LINES = 6


class Step(NamedTuple):
    """One step of the examination: its name, what it does, what to do if it fails."""

    name: str
    do: Callable[[Examination], str]
    advice: str


_STEPS = (
    Step(
        "started",
        Examination.start,
        "See that the implementation can be loaded. By hand, the command above must stay and "
        "wait for a line on its stdin.",
    ),
    Step(
        "speaks the protocol",
        Examination.greet,
        "Answer each line with one line of JSON-RPC, print nothing else to stdout "
        "(docs/protocol.md).",
    ),
    Step(
        "makes a factory",
        Examination.make_factory,
        "`factory.new` must make a factory and start nothing yet.",
    ),
    Step(
        "creates a worker",
        Examination.create,
        "`factory.create` must start `python_exec -m daemon_module`, read the port from its "
        "stdout, connect, read the pid and send the secret. Give env_vars to the daemon.",
    ),
    Step(
        "exchanges bytes",
        Examination.exchange,
        "`worker.exchange` must write to the worker's connection and read from it.",
    ),
    Step(
        "releases a worker",
        Examination.release,
        "`factory.release_worker` must return and keep the connection open.",
    ),
    Step(
        "stops a worker",
        Examination.stop_worker,
        "`factory.stop_worker` must send the pid to the daemon's stdin and close the connection.",
    ),
    Step(
        "stops",
        Examination.stop,
        "`factory.stop` must close the idle connections and end the daemon.",
    ),
    Step(
        "leaves no process",
        Examination.see_nothing_left,
        "`factory.stop` must end the daemon; a daemon that lives keeps its workers.",
    ),
)

#: What cannot be judged without a capability.
_CAPABILITIES = {
    "concurrent": "calls at the same time",
    "inspect": "the factory's private state",
    "log": "what the factory logs",
    "forget": "what becomes of a worker nobody refers to",
    "env": "SparkEnv as the caller",
    "simple": "workers without a daemon",
    "isolated_env": "what a daemon inherits",
}


def examine(name: str) -> int:
    """Examine an adapter.

    Args:
        name: KIND:ID.

    Returns:
        The exit code: 0 if it works, 8 if it does not.

    Raises:
        UsageError: if there is no such implementation.
        KeyboardInterrupt: if an interrupt has come, when all has been ended.
    """
    interrupts = current()
    doctor = _Doctor(painter(sys.stdout))
    examination = Examination(name)
    try:
        interrupts.check()
        is_well = doctor.examine(examination)
    finally:
        with interrupts.held():
            examination.close()
    interrupts.check()
    return _WORKS if is_well else _DOES_NOT_WORK


class _Doctor:
    """Walks through the steps and says what he sees."""

    def __init__(self, paint: Paint) -> None:
        self._paint = paint

    def examine(self, examination: Examination) -> bool:
        self._say("ok", "found", shlex.join(examination.implementation.argv))
        for step in _STEPS:
            if not self._take(step, examination):
                return False
        self._tell_capabilities(examination)
        click.echo("The adapter works.")
        return True

    def _take(self, step: Step, examination: Examination) -> bool:
        try:
            self._say("ok", step.name, step.do(examination))
        except ContractViolation as error:
            cause = "; ".join(getattr(one, "contrast", str(one)) for one in error.findings)
        except ConformanceError as error:
            prefix = f"{examination.implementation.name} could not be started: "
            cause = str(error).removeprefix(prefix)
            if isinstance(error, ProtocolError) and step.name == "started":
                self._say("ok", "started", "")
                step = next(one for one in _STEPS if one.name == "speaks the protocol")
        else:
            return True
        self._explain(step, cause, examination)
        return False

    def _explain(self, step: Step, cause: str, examination: Examination) -> None:
        self._say("FAIL", step.name, "")
        self._line("cause", cause)
        for line in examination.adapter_said().splitlines()[-_TAIL_LINES:]:
            self._line("stderr", line)
        self._line("do", step.advice)
        click.echo(f"The adapter does not work: {step.name}.")

    def _tell_capabilities(self, examination: Examination) -> None:
        has = examination.capabilities
        for capability, what in _CAPABILITIES.items():
            said = "can" if capability in has else "cannot"
            text = what if capability in has else f"{what}: stays UNVERIFIED"
            self._say(said, capability, text)

    def _say(self, verdict: str, name: str, detail: str) -> None:
        colour = {"ok": "green", "FAIL": "red"}.get(verdict, "white")
        head = f"  {self._paint(f'{verdict:<7}', colour)}{name:<{_NAME_COLUMNS}}"
        room = width() - 9 - _NAME_COLUMNS
        click.echo(f"{head} {shorten(legible(detail), room)}".rstrip())

    def _line(self, label: str, text: str) -> None:
        shown = legible(text).replace("\n", " ")
        click.echo(f"         {label:<8}{shown}")
