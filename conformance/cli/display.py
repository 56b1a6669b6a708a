"""What a user sees while the suite runs: a progress line on a terminal, plain lines on a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

import click

from conformance.cli.printing import painter, width
from conformance.drive.clock import now_s
from conformance.evidence.findings import Verdict
from conformance.report.failure import failure_lines
from conformance.report.terminal import IN_FULL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

    from conformance.cli.account import Account
    from conformance.cli.tally import Tally
    from conformance.evidence.findings import ClauseResult
    from conformance.report.verdict_file import VerdictFile

_MINUTE_S = 60


class Bar(Protocol):
    """A line at the bottom of a terminal that is drawn again and again."""

    def show(self, text: str, part: float) -> None:
        """Draw it.

        Args:
            text: what to say.
            part: how much is done, from 0 to 1.
        """

    def hide(self) -> None:
        """Remove it, so that something can be printed."""


class NoBar:
    """No progress line: standard output is not a terminal."""

    def show(self, text: str, part: float) -> None:
        """Draw nothing.

        Args:
            text: ignored.
            part: ignored.
        """

    def hide(self) -> None:
        """Remove nothing."""


class Display:
    """Tell how a run goes.

    Args:
        stream: standard output, out of reach of pytest's capturing.

    Attributes:
        is_live: whether standard output is a terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self.is_live = stream.isatty()
        self._stream = stream
        self._paint = painter(stream)
        self._bar: Bar = NoBar()
        self._told: set[str] = set()
        self._began_s = now_s()

    def __enter__(self) -> Self:
        if self.is_live:
            from conformance.cli.bar import RichBar  # noqa: PLC0415 - not on a pipe

            self._bar = RichBar(self._stream)
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.hide()

    def starting(self, what: str) -> None:
        """Say that an implementation is being started.

        Args:
            what: its name.
        """
        self._bar.show(f"starting {what}", 0.0)

    def begin(self, account: Account, tally: Tally) -> None:
        """Say what is judged.

        Args:
            account: of the run.
            tally: of the round.
        """
        self._began_s = now_s()
        subject = account.subject
        who = " ".join(filter(None, (subject.name, subject.version))) or subject.daemon
        name = subject.impl or subject.daemon
        self.line(
            f"{account.round}{name} ({who}) by profile {account.profile}: "
            f"{tally.total} clauses in {tally.tests} tests"
        )

    def tested(self, results: Iterable[ClauseResult], account: Account, tally: Tally) -> None:
        """Tell that a test has ended.

        Args:
            results: on the clauses it is about, as they stand now.
            account: of the run.
            tally: of the round.
        """
        bad = [one for one in results if one.verdict in IN_FULL and not _may_change(one, tally)]
        new = [one.clause for one in bad if one.clause not in self._told]
        if new:
            file = account.shown()
            for clause in new:
                self._tell(clause, file)
        self._bar.show(_progress(account, tally, now_s() - self._began_s), _part(tally))

    def family(self, name: str, account: Account, tally: Tally) -> None:
        """Tell that a family of clauses is done; on a pipe only.

        Args:
            name: of the family.
            account: of the run.
            tally: of the round.
        """
        if self.is_live:
            return
        clauses = tally.clauses_of(name)
        found = [account.results[clause].verdict for clause in clauses]
        counts = [f"{found.count(one)} {one}" for one in Verdict if one in found]
        at_s = now_s() - self._began_s
        self.line(f"{name}: {', '.join(counts)}  [{tally.done}/{tally.total}, {at_s:.1f} s]")

    def line(self, text: str) -> None:
        """Print a line above the progress line.

        Args:
            text: of the line.
        """
        self._bar.hide()
        click.echo(text, file=self._stream, color=True)
        self._stream.flush()

    def _tell(self, clause: str, file: VerdictFile) -> None:
        self._told.add(clause)
        entry = next(one for one in file.clauses if one.clause == clause)
        for text in failure_lines(entry, file, width(), self._paint):
            self.line(text)
            if not self.is_live:
                return


def _may_change(result: ClauseResult, tally: Tally) -> bool:
    """Tell whether a recorded deviation was not seen yet, and a later test may show it."""
    is_unseen = result.verdict is Verdict.STALE and not result.findings
    return is_unseen and not tally.is_done(result.clause)


def _part(tally: Tally) -> float:
    return tally.ended / tally.tests if tally.tests else 1.0


def _progress(account: Account, tally: Tally, elapsed_s: float) -> str:
    failed = sum(one.verdict is Verdict.FAIL for one in account.results.values())
    left_s = tally.left_s(elapsed_s)
    parts = [f"{tally.done}/{tally.total} clauses", f"{failed} failed"]
    if left_s is not None:
        parts.append(f"{say_seconds(left_s)} left")
    return " · ".join(parts)


def say_seconds(seconds: float) -> str:
    """Say a duration as people do.

    Args:
        seconds: not negative.

    Returns:
        Such as `8 s` or `2 min 5 s`.
    """
    minutes, rest = divmod(round(seconds), _MINUTE_S)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
