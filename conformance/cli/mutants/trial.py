"""One implementation, played by some tests or by a machine, in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from conformance.check.verdicts import weigh
from conformance.cli.mutants.chase import chase
from conformance.cli.run import pytest_settings
from conformance.contract.clauses import find
from conformance.door.find import ROOT
from conformance.drive.clock import now_s
from conformance.drive.interrupts import Interrupts
from conformance.errors import ConformanceError, DoorError, EnvironmentFault
from conformance.evidence.findings import Verdict
from conformance.report.kill_matrix import Surprise
from conformance.stage import ring
from conformance.stage.ledger import Ledger
from conformance.stage.opening import Opened, Search, Wanted, make_run, start_run

if TYPE_CHECKING:
    from conformance.check.verdicts import Established
    from conformance.evidence.findings import Finding

_HARNESS_ERROR = 3


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be played.

    Attributes:
        impl: KIND:ID of the implementation.
        profile: by which it is judged.
        token: of the run.
        tests: ids of the tests to play, in this order.
        machine: that plays after them; empty if none does.
        declared: clauses that are expected to fall.
        stops_at: clauses of which the first finding ends the tests; empty to play all.
    """

    impl: str
    profile: str
    token: str
    tests: tuple[str, ...] = ()
    machine: str = ""
    declared: tuple[str, ...] = ()
    stops_at: tuple[str, ...] = ()


class Told(msgspec.Struct, kw_only=True):
    """What a trial tells when it has ended.

    Attributes:
        falls: clauses seen broken, in the order in which they fell: each once a test.
        seconds: that each test took.
        refusal: why the implementation could not be started; empty if it was.
        doubts: why some test proved nothing.
        errors: of the suite.
        took_s: from the beginning to the end.
    """

    falls: list[Surprise] = []
    seconds: dict[str, float] = {}
    refusal: str = ""
    doubts: list[str] = []
    errors: list[str] = []
    took_s: float = 0.0


class Trial:
    """Plays one order.

    Args:
        order: what is to be played.
    """

    def __init__(self, order: Order) -> None:
        self.order = order
        self.told = Told()
        self._began_s = now_s()
        self._session: pytest.Session | None = None
        self._opened: Opened | None = None

    def play(self, telling_fd: int) -> None:
        """Play it and tell; first of all where the run keeps its files.

        Args:
            telling_fd: descriptor to tell by: a path, and a line of JSON.
        """
        with Interrupts() as interrupts, open(telling_fd, "wb") as telling:
            run = make_run(self._wanted())
            try:
                run.token = self.order.token
                telling.write(f"{run.directory}\n".encode())
                telling.flush()
                self._play(run)
            except DoorError as error:
                self.told.refusal = str(error)
            except ConformanceError as error:
                self.told.errors.append(str(error))
            finally:
                with interrupts.held():
                    run.close()
            self.told.took_s = self._elapsed_s()
            telling.write(msgspec.json.encode(self.told) + b"\n")

    def _wanted(self) -> Wanted:
        return Wanted(
            impl=self.order.impl,
            profile=self.order.profile,
            score_should=True,
            search=Search(effort="none"),
        )

    def _play(self, run: Any) -> None:
        opened = start_run(run, self._wanted())
        # What Spark lines are known to break is broken all the same.
        terms = msgspec.structs.replace(opened.ledger.terms, known=(), excused=())
        self._opened = Opened(run, Ledger(terms), opened.wanted)
        self._opened.ledger.listeners.append(self.take)
        if self.order.tests:
            files = dict.fromkeys(test.partition("::")[0] for test in self.order.tests)
            paths = [str(ROOT / file) for file in files]
            status = pytest.main([*pytest_settings(), *paths], plugins=[self._opened, self])
            if status in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
                self.told.errors.append(f"pytest ended with status {int(status)}")
        if self.order.machine:
            self._let_machine_play(self._opened)

    def _let_machine_play(self, opened: Opened) -> None:
        try:
            seen = chase(opened, self.order.machine, self.order.declared)
        except EnvironmentFault as error:
            self.told.doubts.append(str(error))
            return
        test = f"scenarios/test_machines.py::test_machine[{self.order.machine}]"
        self.told.seconds[test] = seen.took_s
        for finding in seen.findings:
            self._note(finding, test, at_s=seen.at_s)

    def _elapsed_s(self) -> float:
        return round(now_s() - self._began_s, 3)

    def _note(self, finding: Finding, test: str, at_s: float) -> None:
        self.told.falls.append(
            Surprise(
                clause=finding.clause,
                test=test,
                wrong=finding.wrong,
                expected=finding.expected,
                actual=finding.actual,
                after_s=round(at_s - self._began_s, 3),
            )
        )

    # -- the ledger calls --------------------------------------------------------------

    def take(self, entry: Established) -> None:
        """Take what a test established.

        Args:
            entry: of the test.
        """
        self.told.seconds[entry.test] = round(entry.seconds, 4)
        if entry.error:
            self.told.errors.append(f"{entry.test}: {entry.error}")
        if entry.inconclusive:
            self.told.doubts.append(f"{entry.test}: {entry.inconclusive}")
        fallen = [clause for clause in entry.findings if self._has_fallen(clause, entry)]
        for clause in fallen:
            self._note(entry.findings[clause][0], entry.test, now_s())
        if self._session is not None and set(fallen) & set(self.order.stops_at):
            self._session.shouldstop = "the mutant is dead"

    def _has_fallen(self, clause: str, entry: Established) -> bool:
        if self._opened is None:
            return False
        weighed = weigh(find(clause), [entry], self._opened.ledger.terms)
        return weighed.verdict is Verdict.FAIL

    # -- pytest calls ------------------------------------------------------------------

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, items: list[pytest.Item]
    ) -> None:
        """Choose the tests, and their order.

        Args:
            session: pytest's.
            items: changed in place.
        """
        self._session = session
        found = {item.nodeid: item for item in items}
        items[:] = [found[test] for test in self.order.tests if test in found]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that cannot be collected.

        Args:
            report: pytest's.
        """
        if report.failed:
            self.told.errors.append(f"{report.nodeid} cannot be collected")

    @pytest.hookimpl(optionalhook=True)
    def pytest_timeout_set_timer(self, settings: Any) -> bool:
        """Draw the outermost ring; whoever waits for this trial sees it die.

        Args:
            settings: of pytest-timeout.

        Returns:
            True: pytest-timeout need not.
        """
        ring.draw(settings.timeout, self._last_words)
        return True

    @pytest.hookimpl(optionalhook=True)
    def pytest_timeout_cancel_timer(self) -> bool:
        """Take the ring away.

        Returns:
            True: it is done.
        """
        ring.take_away()
        return True

    def _last_words(self) -> int:
        if self._opened is not None:
            self._opened.run.close()
        return _HARNESS_ERROR
