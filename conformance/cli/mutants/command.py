"""`wfc mutants`: a control, then a trial for each mutant; a line for each, and one file."""

from __future__ import annotations

import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
import msgspec

import conformance
from conformance.cli.display import NoBar, say_seconds
from conformance.cli.mutants.fates import entry_of
from conformance.cli.mutants.gallery import Gallery, chosen, outdated, renewed, rows
from conformance.cli.mutants.plan import Plan
from conformance.cli.mutants.trials import play_all
from conformance.cli.printing import painter, width
from conformance.cli.run import ended_by, own_terminal, without_pytest_settings
from conformance.drive.clock import now_s
from conformance.drive.interrupts import current
from conformance.errors import UsageError
from conformance.report.files import replace_file, timestamp
from conformance.report.kill_matrix import Fate, KillMatrix, encode, exit_code_of, read
from conformance.report.kill_text import entry_line, summary
from conformance.report.verdict_file import Suite

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import TextIO

    from conformance.cli.display import Bar
    from conformance.cli.mutants.trial import Order, Told
    from conformance.cli.sources import Mutant
    from conformance.report.kill_matrix import MutantEntry

    State = Literal["running", "finished", "interrupted"]


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What `wfc mutants` was asked.

    Attributes:
        globs: which mutants; none for all.
        jobs: how many are played at a time.
        is_whole: whether each of them meets every fixed scenario.
        is_renewing: whether entries of the file stay, but for mutants that are named,
            declare something else by now, or are new.
        out: directory for the file.
        gallery: where the mutants hang.
        command: the command line, for the record.
    """

    globs: tuple[str, ...] = ()
    jobs: int = 6
    is_whole: bool = False
    is_renewing: bool = False
    out: Path = Path("wfc-report")
    gallery: Gallery = Gallery()
    command: tuple[str, ...] = ("wfc", *sys.argv[1:])

    @property
    def file(self) -> Path:
        """The file to write; a whole run does not overwrite the usual one."""
        return self.out / ("mutants-whole.json" if self.is_whole else "mutants.json")


def run_mutants(options: Options) -> int:
    """Play mutants.

    Args:
        options: what the user asked for.

    Returns:
        The exit code.

    Raises:
        UsageError: if there is no such mutant, or the file cannot be written.
    """
    everyone = options.gallery.mutants()
    old = read(options.file) if options.is_renewing else None
    mutants = chosen(everyone, options.globs)
    if old is not None:
        mutants = outdated(old, everyone, () if not options.globs else mutants)
    interrupts = current()
    with (
        own_terminal() as stream,
        without_pytest_settings(),
        tempfile.TemporaryDirectory(prefix="wfc-mutants-") as outputs,
    ):
        playing = _Playing(options, mutants, _first(options, everyone, old), stream)
        with ended_by(interrupts):
            playing.play(Path(outputs))
        with interrupts.held():
            return playing.end("interrupted" if interrupts.has_come else "finished")


def _first(options: Options, everyone: tuple[Mutant, ...], old: KillMatrix | None) -> KillMatrix:
    """Make the matrix to begin with: an empty one, or what stays of an old one."""
    if old is not None:
        return renewed(old, everyone)
    return KillMatrix(
        suite=Suite(name="worker-factory-conformance", version=conformance.__version__),
        command=options.command,
        is_whole=options.is_whole,
        jobs=options.jobs,
        started_at=timestamp(),
        seconds=0.0,
        state="running",
        clauses=() if options.globs else rows(everyone),
    )


class _Playing:
    """One `wfc mutants`.

    Args:
        options: what the user asked for.
        mutants: those that are played.
        first: the matrix to begin with.
        stream: of the terminal.
    """

    def __init__(
        self, options: Options, mutants: tuple[Mutant, ...], first: KillMatrix, stream: TextIO
    ) -> None:
        self._options = options
        self._mutants = {one.name: one for one in mutants}
        self._first = first
        self._stream = stream
        self._paint = painter(stream)
        self._bar: Bar = _bar(stream)
        self._began_s = now_s()
        self._control_s = 0.0
        self._errors: list[str] = []
        self._entries: dict[str, MutantEntry] = {}
        self._write("running")

    def play(self, outputs: Path) -> None:
        """Play the control, and if that is well, the mutants."""
        if not self._mutants:
            return
        self._show("collecting the scenarios")
        plan = Plan(
            self._options.gallery, tuple(self._mutants.values()), is_whole=self._options.is_whole
        )
        self._control(plan, outputs)
        self._control_s = now_s() - self._began_s
        if self._errors:
            return
        self._tick()
        with closing(self._trials(plan.orders(), outputs)) as trials:
            for name, told in trials:
                entry = entry_of(self._mutants[name], told)
                self._entries[name] = entry
                self._say(entry_line(entry, width(), self._paint))
                self._write("running")
                self._tick()

    def _control(self, plan: Plan, outputs: Path) -> None:
        orders = plan.control(self._options.jobs)
        tests = sum(len(order.tests) for order in orders.values())
        self._say(f"control: the reference, unchanged, in {tests} tests")
        with closing(self._trials(orders, outputs)) as trials:
            for name, told in trials:
                self._errors += plan.take_control(orders[name], told)

    def _trials(self, orders: dict[str, Order], outputs: Path) -> Generator[tuple[str, Told]]:
        return play_all(orders, self._options.jobs, outputs, self._tick)

    def end(self, state: State) -> int:
        """Write the file and tell how it came out.

        Args:
            state: of the run.

        Returns:
            The exit code.
        """
        self._bar.hide()
        matrix = self._write(state)
        for line in summary(matrix, len(self._mutants), width(), self._paint):
            click.echo(line, file=self._stream, color=True)
        click.echo(f"report  {self._options.file}", file=self._stream)
        return exit_code_of(matrix)

    def _matrix(self, state: State) -> KillMatrix:
        entries = {one.name: one for one in self._first.mutants} | self._entries
        matrix = msgspec.structs.replace(
            self._first,
            state=state,
            errors=tuple(self._errors),
            mutants=tuple(entries[name] for name in sorted(entries)),
            exit_code=None,
        )
        if self._options.is_renewing:
            again = tuple(sorted({*matrix.renewed, *self._entries}))
            return msgspec.structs.replace(matrix, renewed=again)
        return msgspec.structs.replace(
            matrix,
            seconds=round(now_s() - self._began_s, 1),
            control_s=round(self._control_s, 1),
        )

    def _write(self, state: State) -> KillMatrix:
        matrix = self._matrix(state)
        if state != "running":
            matrix = msgspec.structs.replace(matrix, exit_code=exit_code_of(matrix))
        try:
            self._options.out.mkdir(parents=True, exist_ok=True)
            replace_file(self._options.file, encode(matrix))
        except OSError as error:
            raise UsageError(f"cannot write to {self._options.out}: {error.strerror}") from None
        return matrix

    # -- what is seen meanwhile --------------------------------------------------------

    def _say(self, line: str) -> None:
        self._bar.hide()
        click.echo(line, file=self._stream, color=True)
        self._stream.flush()

    def _show(self, text: str) -> None:
        self._bar.show(text, len(self._entries) / max(1, len(self._mutants)))

    def _tick(self) -> None:
        done, total = len(self._entries), len(self._mutants)
        if not self._control_s:
            self._show("the reference plays the control")
            return
        alive = sum(one.fate is not Fate.KILLED for one in self._entries.values())
        parts = [f"{done}/{total} mutants", f"{alive} not killed"]
        if done:
            elapsed_s = now_s() - self._began_s - self._control_s
            parts.append(f"{say_seconds(elapsed_s / done * (total - done))} left")
        self._show(" · ".join(parts))


def _bar(stream: TextIO) -> Bar:
    if not stream.isatty():
        return NoBar()
    from conformance.cli.bar import RichBar  # noqa: PLC0415 - not on a pipe

    return RichBar(stream)
