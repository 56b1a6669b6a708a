"""One subject of a matrix: run by `wfc run`, a process of its own, or read."""

from __future__ import annotations

import math
import os
import re
import signal
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from conformance.cli.settings import WITHOUT_SETTINGS
from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.drive.clock import wait_until_readable
from conformance.drive.interrupts import blocked, current
from conformance.errors import UsageError
from conformance.report.files import JOB_SUMMARY, LATEST
from conformance.report.matrix_file import Column
from conformance.report.matrix_join import column_of, foreign_rows
from conformance.report.verdict_file import read

if TYPE_CHECKING:
    from conformance.cli.matrix.options import Options
    from conformance.report.matrix_file import Asked, Row

#: Directory of the runs, below `--out`.
RUNS = "runs"
#: `wfc`, of this very suite; the directory it is started in must not stand in for any of it.
_WFC = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
    "from conformance.cli import main; sys.exit(main())"
)
#: How long a run may take to end behind an interrupt; it waits for what it has begun.
_ENDING_S = 60.0
#: Exit codes of `wfc`; anything else is none that it would choose.
_CODES = range(9)
_USAGE, _HARNESS_ERROR, _INTERRUPTED = 4, 3, 2


class Judged(NamedTuple):
    """What came of one subject: its column, and clauses that only its run knows."""

    column: Column
    rows: tuple[Row, ...] = ()


def read_run(asked: Asked, place: Path) -> Judged:
    """Read a stored run.

    Args:
        asked: what the user's file says.
        place: directory of that file.

    Returns:
        Its verdicts; a column with the reason if it cannot be read.
    """
    try:
        file = read(place / asked.run)
    except UsageError as error:
        return Judged(without_verdict(asked, str(error), _USAGE))
    return Judged(column_of(asked, file, asked.run), foreign_rows(file))


def without_verdict(asked: Asked, reason: str, exit_code: int) -> Column:
    """Make the column of a subject that has no verdict.

    Args:
        asked: what the user's file says.
        reason: why it has none.
        exit_code: that says so.

    Returns:
        The column.
    """
    return Column(asked=asked, state="not started", reason=reason, exit_code=exit_code)


class Running:
    """A `wfc run` of one subject.

    Args:
        asked: what the user's file says.
        options: what the user asked for.
        directory: of the subject's runs; made here.

    Raises:
        UsageError: if nothing can be written there.
    """

    def __init__(self, asked: Asked, options: Options, directory: Path) -> None:
        self._asked = asked
        self._out = options.out
        self._directory = directory
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._before = _newest(directory)
            self._process = self._start(options)
        except OSError as error:
            raise UsageError(f"cannot write to {directory}: {error.strerror}") from None

    def _start(self, options: Options) -> sandbox.Process:
        with (
            open(self._directory / "stdout.txt", "wb") as out,
            open(self._directory / "stderr.txt", "wb") as err,
            blocked(),
        ):
            return sandbox.start(
                [sandbox.own_python(), "-P", "-c", _WFC, *self._arguments(options)],
                env={**os.environ, WITHOUT_SETTINGS: "1", JOB_SUMMARY: ""},
                cwd=str(options.place),
                stdout=out.fileno(),
                stderr=err.fileno(),
                leads_group=True,  # Ctrl-C comes from us, once
                keeps_signals=True,
            )

    def _arguments(self, options: Options) -> list[str]:
        asked = self._asked
        named = {
            "--impl": asked.impl,
            "--daemon": asked.daemon,
            "--python": asked.python,
            "--profile": asked.profile,
            "--baseline": asked.baseline,
            "--level": asked.level,
            "--effort": options.effort,
            "--jobs": str(options.jobs),
            "--out": str(self._directory.resolve()),
        }
        return [
            "run",
            *(word for name, text in named.items() if text for word in (name, text)),
            *(word for glob in options.clauses for word in ("--clause", glob)),
        ]

    def has_ended(self, within_s: float = math.inf) -> bool:
        """Wait for its end.

        Args:
            within_s: limit in seconds; a run has limits of its own for all it waits for.

        Returns:
            Whether it has ended.

        Raises:
            KeyboardInterrupt: if an interrupt has come.
        """
        if self._process.exit_status() is not None:
            return True
        with closing(_Handle(self._process.pid)) as handle:
            return wait_until_readable(handle.fd, within_s)

    def end(self) -> Judged:
        """End it if it has not ended, and read what it wrote.

        Returns:
            What came of it.
        """
        with current().held():
            if self._process.exit_status() is None:
                self._process.signal(signal.SIGINT)
            self._process.end(within_s=_ENDING_S)
        return self._read(self._process.exit_status())

    def _read(self, status: int | None) -> Judged:
        newest = _newest(self._directory)
        if not newest or newest == self._before:
            return Judged(self._unstarted(status))
        try:
            file = read(self._directory / newest)
        except UsageError as error:
            return Judged(without_verdict(self._asked, str(error), _HARNESS_ERROR))
        report = os.path.relpath(self._directory / newest, self._out)
        return Judged(column_of(self._asked, file, report), foreign_rows(file))

    def _unstarted(self, status: int | None) -> Column:
        if status == _INTERRUPTED:
            return Column(asked=self._asked, state="not run", reason="interrupted before it ran")
        said = (self._directory / "stderr.txt").read_text(encoding="utf-8", errors="replace")
        last = next(reversed(said.strip().splitlines()), f"it ended with status {status}")
        code = status if status in _CODES and status else _HARNESS_ERROR
        return without_verdict(self._asked, last.removeprefix("wfc: "), code)


class _Handle:
    """A descriptor that can be read once a child has ended."""

    def __init__(self, pid: int) -> None:
        self.fd = os.pidfd_open(pid)

    def close(self) -> None:
        os.close(self.fd)


def _newest(directory: Path) -> str:
    """Tell which run is the newest; empty if there is none."""
    link = directory / LATEST
    return os.readlink(link) if link.is_symlink() else ""


def directories(subjects: tuple[Asked, ...]) -> dict[str, Path]:
    """Name a directory for each subject's runs.

    Args:
        subjects: all of the user's file.

    Returns:
        Path below `--out`, by the subject's name; no two alike, none outside.
    """
    found: dict[str, Path] = {}
    for one in subjects:
        plain = re.sub(r"[^a-z0-9.]+", "-", one.name.lower()).strip("-.") or "subject"
        number, path = 1, Path(RUNS, plain)
        while path in found.values():
            number += 1
            path = Path(RUNS, f"{plain}-{number}")
        found[one.name] = path
    return found
