"""`wfc run`: rounds of pytest in this process, their account, their files."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from conformance.cli import TRACEBACK, established
from conformance.cli.account import Account
from conformance.cli.display import Display
from conformance.cli.github import annotate, no_commands
from conformance.cli.pages import Pages
from conformance.cli.printing import print_end, print_run
from conformance.cli.reporter import Reporter
from conformance.door.find import ROOT
from conformance.drive.interrupts import current
from conformance.errors import ConformanceError
from conformance.report.files import CASES, LATEST, RunFiles, timestamp
from conformance.stage.opening import make_run, start_run

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import TextIO

    from conformance.check.verdicts import Established
    from conformance.cli.options import Options
    from conformance.drive.interrupts import Interrupts
    from conformance.report.verdict_file import State, VerdictFile
    from conformance.stage.opening import Opened


_INI = Path(__file__).resolve().parents[1] / "run.ini"
#: Where the tests of the contract lie.
SCENARIOS = ROOT / "scenarios"
#: How pytest ends when it could not do its work.
_BROKEN = (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR)
#: Variables by which pytest settings of the user would leak into the run.
_PYTEST_VARIABLES = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")


def run_suite(options: Options) -> int:
    """Play the suite.

    Args:
        options: what the user asked for.

    Returns:
        The exit code.

    Raises:
        ConformanceError: if the implementation cannot be started, or files not written.
    """
    interrupts = current()
    with own_terminal() as stream, without_pytest_settings():
        with no_commands(stream), Display(stream) as display:
            play = _Play(options, display, interrupts)
            with ended_by(interrupts):
                play.rounds()
        return play.tell(stream)


class _Play:
    """The rounds of one `wfc run`."""

    def __init__(self, options: Options, display: Display, interrupts: Interrupts) -> None:
        self._options = options
        self._display = display
        self._interrupts = interrupts
        self._account: Account | None = None
        self._files: RunFiles | None = None
        self._is_cut_short = False
        self._planned: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def rounds(self) -> None:
        """Play all rounds, or those up to an interrupt; `tell` knows what was found so far.

        Raises:
            KeyboardInterrupt: if one was interrupted where pytest does not take it.
        """
        for _ in range(1 if self._options.is_dry else self._options.rounds):
            self._round()
            if self._interrupts.has_come:
                return
            if self._account is not None and not self._options.is_dry:
                self._account.end_round()

    def tell(self, stream: TextIO) -> int:
        """Write the files and tell how it came out.

        Args:
            stream: of the terminal.

        Returns:
            The exit code.
        """
        if self._options.is_dry and not self._interrupts.has_come:
            return _list_planned(self._planned, stream)
        if self._account is None or self._files is None:
            click.echo("wfc: interrupted before anything ran", err=True)
            return 2
        with self._interrupts.held():
            file = self._files.write_verdict(self._account.file(self._state()))
            self._write_rest(self._files, file)
            placed = file.placed(self._files.directory)
            with no_commands(stream):
                print_run(placed, stream)
            annotate(placed, stream)
            print_end(file, self._options.out / LATEST, stream)
        return 2 if file.exit_code is None else file.exit_code

    def _state(self) -> State:
        if self._interrupts.has_come:
            return "interrupted"
        return "cut short" if self._is_cut_short else "finished"

    @staticmethod
    def _write_rest(files: RunFiles, file: VerdictFile) -> None:
        try:
            files.write_rest(file)
        except OSError as error:  # the verdict stands; its exit code must not be lost
            click.echo(f"wfc: cannot write {error.filename}: {error.strerror}", err=True)

    def _round(self) -> None:
        wanted = self._options.wanted
        self._display.starting(wanted.impl or wanted.daemon)
        run = make_run(wanted)
        try:
            self._interrupts.check()
            opened = start_run(run, wanted)
            self._play(opened, *self._books(opened))
        finally:
            with self._interrupts.held():
                run.close()

    def _books(self, opened: Opened) -> tuple[Account, RunFiles | None]:
        started_at = timestamp()
        if self._account is None:
            self._account = Account(self._options, opened, started_at)
            if not self._options.is_dry:
                self._files = RunFiles(self._options.out, started_at)
                self._files.keep_out(opened.run.token)
                established.begin(self._files, opened, opened.ledger.terms)
        if self._files is not None:
            self._files.keep_out(opened.run.token)
            self._account.directory = self._files.directory
            opened.keep_cases(self._files.directory / CASES)
        return self._account, self._files

    def _play(self, opened: Opened, account: Account, files: RunFiles | None) -> None:
        pages = Pages(files) if files is not None else None

        def write(state: State = "running") -> int:
            file = account.file(state)
            if files is not None and pages is not None:
                pages.renew(files.write_verdict(file))
            return file.exit_code or 0

        reporter = Reporter(
            account, self._display, write, opened.run.close, is_fail_fast=self._options.is_fail_fast
        )
        if files is not None:
            opened.ledger.listeners.append(partial(_store, files, account))
        opened.ledger.listeners.append(reporter.take)
        write()
        arguments = [*_arguments(self._options), str(SCENARIOS)]
        status = _run_pytest(arguments, [opened, reporter], account)
        self._planned = reporter.planned
        self._is_cut_short |= reporter.is_cut_short
        if account.errors or self._interrupts.has_come or self._options.is_dry:
            return
        if status in _BROKEN:
            account.errors.append(f"pytest ended with status {int(status)}")
        elif reporter.unplayed and not reporter.is_cut_short:
            account.errors.append(f"tests that did not end: {len(reporter.unplayed)}")


def _run_pytest(arguments: list[str], plugins: list[object], account: Account) -> int:
    """Run pytest; if it breaks down, what was found until then must not be lost."""
    try:
        return pytest.main(arguments, plugins=plugins)
    except ConformanceError:
        raise
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        account.errors.append(f"pytest broke down: {type(error).__name__}: {error}")
        return pytest.ExitCode.INTERNAL_ERROR


def _store(files: RunFiles, account: Account, entry: Established) -> None:
    established.add(files, account.within_run(entry), account.round_number)


def _arguments(options: Options) -> list[str]:
    return [
        *pytest_settings(),
        f"--hypothesis-seed={options.wanted.search.seed}",
        *(["--collect-only"] if options.is_dry else _crew(options.jobs)),
    ]


def pytest_settings() -> list[str]:
    """Have pytest play scenarios by our settings alone, and print nothing.

    Returns:
        Arguments of pytest.
    """
    return [
        *("-c", str(_INI), "--rootdir", str(ROOT), "--confcutdir", str(SCENARIOS)),
        *("--disable-plugin-autoload", "-p", "conformance.plugin"),
        *("-p", "pytest_timeout", "-p", "_hypothesis_pytestplugin"),
        *("-p", "no:cacheprovider", "-p", "no:terminal"),
    ]


def _crew(jobs: int) -> list[str]:
    """Have tests played by several processes, each given the next one when it is free."""
    if jobs == 1:
        return []
    return [
        *("-p", "xdist", "--numprocesses", str(jobs)),
        *("--dist", "load", "--maxschedchunk", "1", "--max-worker-restart", "0"),
    ]


def _list_planned(planned: tuple[tuple[str, tuple[str, ...]], ...], stream: TextIO) -> int:
    for test, clauses in planned:
        click.echo(f"{test}  {' '.join(clauses)}", file=stream)
    number = len({clause for _, clauses in planned for clause in clauses})
    click.echo(f"{len(planned)} tests of {number} clauses would run", file=stream)
    return 0 if planned else 5


@contextmanager
def ended_by(interrupts: Interrupts) -> Generator[None]:
    """Let an interrupt end what is done here, and nothing that goes wrong behind it.

    What was under way may have been broken by the interrupt, in a scenario that proves
    nothing any more.

    Args:
        interrupts: those of the command.

    Yields:
        Nothing.
    """
    try:
        yield
    except (KeyboardInterrupt, ConformanceError) as error:
        if not interrupts.has_come:
            raise
        if isinstance(error, ConformanceError):
            click.echo(f"wfc: while it was being ended: {error}", err=True)


@contextmanager
def own_terminal() -> Generator[TextIO]:
    """Open standard output anew, out of reach of pytest's capturing.

    Yields:
        The stream.
    """
    with open(os.dup(1), "w", encoding="utf-8", errors="replace") as stream:
        yield stream


@contextmanager
def without_pytest_settings() -> Generator[None]:
    """Hide pytest's variables from pytest.

    Yields:
        Nothing.
    """
    hidden = {name: os.environ.pop(name, None) for name in _PYTEST_VARIABLES}
    try:
        yield
    finally:
        os.environ.update({name: text for name, text in hidden.items() if text is not None})
