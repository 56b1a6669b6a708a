"""`wfc matrix`: subject after subject, a line for each, and their table."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import msgspec

import conformance
from conformance.cli.display import NoBar, say_seconds
from conformance.cli.matrix.running import Judged, Running, directories, read_run
from conformance.cli.printing import width
from conformance.drive.clock import now_s
from conformance.drive.interrupts import LOOK_S, current, insist
from conformance.drive.sandbox import become_subreaper
from conformance.errors import UsageError
from conformance.report import matrix_html, matrix_page
from conformance.report.files import add_to_summary, replace_file, timestamp
from conformance.report.matrix_file import Column, Matrix, encode, exit_code_of, read
from conformance.report.matrix_join import all_rows
from conformance.report.matrix_text import show, visible
from conformance.report.verdict_file import Suite

if TYPE_CHECKING:
    from typing import Literal, TextIO

    from conformance.cli.display import Bar
    from conformance.cli.matrix.options import Options
    from conformance.report.matrix_file import Asked

    State = Literal["running", "finished", "interrupted"]

#: Name of the file of verdicts, below `--out`.
MATRIX = "matrix.json"
#: How often the progress line is drawn, in seconds.
_TICK_S = 10 * LOOK_S


def run_matrix(options: Options) -> int:
    """Run or read subjects, and tell.

    Args:
        options: what the user asked for.

    Returns:
        The exit code.

    Raises:
        UsageError: if files cannot be written, or a stored matrix cannot be read.
    """
    become_subreaper()
    interrupts = current()
    making = _Making(options, sys.stderr if options.is_json else sys.stdout)
    try:
        making.judge_all()
    except KeyboardInterrupt:
        if not interrupts.has_come:
            raise
    with interrupts.held():
        return making.end("interrupted" if interrupts.has_come else "finished")


class _Making:
    """One `wfc matrix`.

    Args:
        options: what the user asked for.
        stream: for what is told meanwhile.
    """

    def __init__(self, options: Options, stream: TextIO) -> None:
        self._options = options
        self._stream = stream
        self._bar: Bar = _bar(stream)
        self._directories = directories(options.subjects)
        self._started_at = timestamp()
        old = _stored(options)
        self._foreign = list(old.clauses) if old else []
        self._columns = {one.name: _first(one, options, old) for one in options.subjects}
        self._write("running")

    def judge_all(self) -> None:
        """Judge the subjects that were chosen, one after the other.

        Raises:
            KeyboardInterrupt: if an interrupt has come.
        """
        for number, asked in enumerate(self._options.chosen):
            insist()
            judged = self._judge(asked, number)
            self._columns[asked.name] = judged.column
            self._foreign += judged.rows
            self._say(_told(judged.column))
            self._write("running")
        insist()

    def _judge(self, asked: Asked, number: int) -> Judged:
        if asked.run:
            return read_run(asked, self._options.place)
        running = Running(asked, self._options, self._options.out / self._directories[asked.name])
        began_s = now_s()
        total = len(self._options.chosen)
        try:
            while not running.has_ended(_TICK_S):
                said = f"{visible(asked.name)}, {number + 1} of {total}"
                self._bar.show(f"{said} · {say_seconds(now_s() - began_s)}", number / total)
        except KeyboardInterrupt:
            self._bar.show(f"ending {visible(asked.name)}", number / total)
        return running.end()

    def end(self, state: State) -> int:
        """Write the files and tell how it came out.

        Args:
            state: of the matrix.

        Returns:
            The exit code.
        """
        self._bar.hide()
        matrix = self._write(state)
        if self._options.is_json:
            click.echo(encode(matrix), nl=False)
        else:
            _show(matrix, self._stream)
            click.echo(f"page    {self._options.out / 'matrix.html'}", file=self._stream)
        return exit_code_of(matrix)

    def _matrix(self, state: State) -> Matrix:
        matrix = Matrix(
            suite=Suite(name="worker-factory-conformance", version=conformance.__version__),
            command=self._options.command,
            started_at=self._started_at,
            state=state,
            subjects=tuple(self._columns.values()),
            clauses=all_rows(self._foreign, self._options.clauses),
        )
        if state == "running":
            return matrix
        return msgspec.structs.replace(matrix, exit_code=exit_code_of(matrix))

    def _write(self, state: State) -> Matrix:
        matrix = self._matrix(state)
        out = self._options.out
        try:
            out.mkdir(parents=True, exist_ok=True)
            replace_file(out / MATRIX, encode(matrix))
            if state != "running":
                replace_file(out / "matrix.md", matrix_page.render(matrix).encode())
                replace_file(out / "matrix.html", matrix_html.render(matrix).encode())
                add_to_summary(matrix_page.render(matrix))
        except OSError as error:
            raise UsageError(f"cannot write to {out}: {error.strerror}") from None
        return matrix

    def _say(self, line: str) -> None:
        self._bar.hide()
        click.echo(line, file=self._stream)
        self._stream.flush()


def _stored(options: Options) -> Matrix | None:
    """Read what is to be kept; None if all is made anew."""
    path = options.out / MATRIX
    return read(path) if options.only and path.exists() else None


def _first(asked: Asked, options: Options, old: Matrix | None) -> Column:
    """Make the column of a subject before it is judged: what is stored, or nothing."""
    stored = old.named(asked.name) if old else None
    if stored is None:
        is_chosen = asked in options.chosen
        reason = "not yet" if is_chosen else "--only left it out, and nothing is stored of it"
        return Column(asked=asked, state="not run", reason=reason)
    if stored.asked != asked:
        reason = "what is stored of it was asked otherwise: run it again"
        return Column(asked=asked, state="not run", reason=reason)
    return stored


def _told(column: Column) -> str:
    said = column.verdict or f"{column.state}: {column.reason}"
    seconds = f"  {column.seconds:.0f} s" if column.verdict else ""
    return f"{visible(column.name)}: {visible(said)}{seconds}"


def _show(matrix: Matrix, stream: TextIO) -> None:
    from rich.console import Console  # noqa: PLC0415 - start-up time

    console = Console(file=stream, width=width(), highlight=False, markup=False, emoji=False)
    console.print()
    show(matrix, console)


def _bar(stream: TextIO) -> Bar:
    if not stream.isatty():
        return NoBar()
    from conformance.cli.bar import RichBar  # noqa: PLC0415 - not on a pipe

    return RichBar(stream)
