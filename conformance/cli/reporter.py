"""The ear of `wfc run` within pytest: what is planned, what has ended, what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.cli.tally import Tally
from conformance.evidence.findings import Verdict
from conformance.stage import ring

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.check.verdicts import Established
    from conformance.cli.account import Account
    from conformance.cli.display import Display

#: What `--fail-fast` stops at.
_FAILED = (Verdict.FAIL, Verdict.HARNESS_ERROR)
#: Phases of a test; pytest-xdist reports another one if the test's process died.
_PHASES = ("setup", "call", "teardown")


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
        is_cut_short: whether `--fail-fast` has ended the round.
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
        self.is_cut_short = False
        self._ended: set[str] = set()
        self._account = account
        self._display = display
        self._write = write
        self._close = close
        self._is_fail_fast = is_fail_fast
        self._tally = Tally(())
        self._session: pytest.Session | None = None

    @property
    def unplayed(self) -> tuple[str, ...]:
        """Tests that were planned and have not ended."""
        return tuple(test for test, _ in self.planned if test not in self._ended)

    # -- pytest calls ------------------------------------------------------------------

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take in what will run.

        Args:
            session: pytest's.
        """
        # Imported only now: pytest wants to load a plugin before anyone else does.
        from conformance.plugin.choice import claimed_by  # noqa: PLC0415

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
        """Note a failure of a test that is about no clause, and a test whose process died.

        Args:
            report: pytest's.
        """
        if report.when == "teardown":
            self._ended.add(report.nodeid)
        claimed = dict(self.planned).get(report.nodeid, ())
        if str(report.when) not in _PHASES:
            self._note(f"{report.nodeid}: its process has died, or no deadline ended it")
        elif report.failed and not claimed:
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

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Note that a process of the crew has died.

        Args:
            node: of pytest-xdist.
            error: why; None if it has finished.
        """
        if error:
            self._note(f"process {node.gateway.id} of the crew has ended too early: {error}")

    def pytest_timeout_set_timer(self, item: pytest.Item, settings: Any) -> bool:
        """Draw the outermost ring: a test that nothing else has ended ends the run.

        Args:
            item: the test.
            settings: of pytest-timeout.

        Returns:
            True: pytest-timeout need not; it would end the run with exit code 1.
        """
        ring.draw(settings.timeout, lambda: self._give_up(item.nodeid))
        return True

    def pytest_timeout_cancel_timer(self) -> bool:
        """Take the ring away.

        Returns:
            True: it is done.
        """
        ring.take_away()
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
        self.is_cut_short = True
        if self._session is None:
            return
        self._session.shouldfail = "--fail-fast"
        if self._session.config.pluginmanager.hasplugin("dsession"):
            # pytest-xdist would wait until its processes have played what they were given.
            raise pytest.Session.Failed("--fail-fast")

    def _note(self, error: str) -> None:
        if error in self._account.errors:
            return  # pytest-xdist tells what the leading process has found itself
        self._account.errors.append(error)
        self._display.line(f"error of the suite: {error}")

    def _give_up(self, test: str) -> int:
        """Write down that a scenario hangs where no deadline of ours reaches."""
        self._note(f"{test} hangs, and no deadline ended it")
        code = self._write("finished")
        self._close()
        return code


def _last_line(text: str) -> str:
    lines = [line.removeprefix("E ").strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"
