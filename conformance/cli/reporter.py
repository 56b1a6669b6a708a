"""The ear of `wfc run` within pytest: what is planned, what has ended, what went wrong."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

from conformance.cli.tally import Tally
from conformance.evidence.findings import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    import pytest

    from conformance.check.verdicts import Established
    from conformance.cli.account import Account
    from conformance.cli.display import Display

_HARNESS_ERROR = 3
#: How long tidying up may take when the outermost ring was reached, in seconds.
_FAREWELL_S = 10.0
#: What `--fail-fast` stops at.
_FAILED = (Verdict.FAIL, Verdict.HARNESS_ERROR)


class Reporter:
    """Listen to one round.

    Args:
        account: of the run.
        display: tells the user.
        write: writes the account down, in the state given; tells the exit code.
        close: ends everything that the run has started.
        is_fail_fast: whether the first failure ends the round.

    Attributes:
        planned: tests of the round with the clauses each is about.
    """

    def __init__(
        self,
        account: Account,
        display: Display,
        write: Callable[..., int],
        close: Callable[[], None],
        *,
        is_fail_fast: bool,
    ) -> None:
        self.planned: tuple[tuple[str, tuple[str, ...]], ...] = ()
        self._account = account
        self._display = display
        self._write = write
        self._close = close
        self._is_fail_fast = is_fail_fast
        self._tally = Tally(())
        self._session: pytest.Session | None = None

    # -- pytest calls ------------------------------------------------------------------

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take in what will run.

        Args:
            session: pytest's.
        """
        # Imported only now: pytest wants to load a plugin before anyone else does.
        from conformance.plugin import claimed_by  # noqa: PLC0415

        self._session = session
        self.planned = tuple((item.nodeid, claimed_by(item)) for item in session.items)
        self._tally = Tally(claimed for _, claimed in self.planned)
        if not session.config.option.collectonly:
            self._display.begin(self._account, self._tally)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that cannot be collected.

        Args:
            report: pytest's.
        """
        if report.failed:
            self._note(f"{report.nodeid}: {_last_line(report.longreprtext)}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure of a test that is about no clause.

        Args:
            report: pytest's.
        """
        claimed = dict(self.planned).get(report.nodeid, ())
        if report.failed and not claimed:
            self._note(f"{report.nodeid}: {_last_line(report.longreprtext)}")

    def pytest_internalerror(self, excrepr: object) -> bool:
        """Note an error of pytest or of a plugin.

        Args:
            excrepr: the traceback.

        Returns:
            True: pytest need not print it.
        """
        self._note(_last_line(str(excrepr)))
        return True

    def pytest_timeout_set_timer(self, item: pytest.Item, settings: Any) -> bool:
        """Draw the outermost ring: a test that nothing else has ended ends the run.

        By a signal, because a thread beside a fork is trouble; the handler ends the
        process, because hypothesis would swallow whatever it raised.

        Args:
            item: the test.
            settings: of pytest-timeout.

        Returns:
            True: pytest-timeout need not; it would end the run with exit code 1.
        """

        def give_up(_number: int, _frame: FrameType | None) -> None:
            self._give_up(item.nodeid)

        signal.signal(signal.SIGALRM, give_up)
        signal.setitimer(signal.ITIMER_REAL, settings.timeout)
        return True

    def pytest_timeout_cancel_timer(self) -> bool:
        """Take the ring away.

        Returns:
            True: it is done.
        """
        signal.setitimer(signal.ITIMER_REAL, 0)
        return True

    # -- the ledger calls --------------------------------------------------------------

    def take(self, entry: Established) -> None:
        """Take what a test established.

        Args:
            entry: of the test.
        """
        results = self._account.take(entry)
        families = self._tally.end_test(entry.claimed)
        self._write()
        self._display.tested(results, self._account, self._tally)
        for family in families:
            self._display.family(family, self._account, self._tally)
        if self._is_fail_fast and any(one.verdict in _FAILED for one in results):
            self._stop()

    def _stop(self) -> None:
        if self._session is not None:
            self._session.shouldfail = "--fail-fast"

    def _note(self, error: str) -> None:
        self._account.errors.append(error)
        self._display.line(f"error of the suite: {error}")

    def _give_up(self, test: str) -> None:
        """End the process: the scenario hangs where no deadline of ours reaches."""
        signal.signal(signal.SIGALRM, _exit_at_once)
        signal.setitimer(signal.ITIMER_REAL, _FAREWELL_S)
        self._note(f"{test} hangs, and no deadline ended it")
        code = self._write("finished")
        self._close()
        os._exit(code)


def _exit_at_once(_number: int, _frame: FrameType | None) -> None:
    os._exit(_HARNESS_ERROR)


def _last_line(text: str) -> str:
    lines = [line.removeprefix("E ").strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"
