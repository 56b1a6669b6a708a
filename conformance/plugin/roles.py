"""What a process is in a run: the one that keeps the ledger, or a player of its crew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from conformance.check.verdicts import Established
from conformance.drive.interrupts import Interrupts, blocked
from conformance.errors import ConformanceError
from conformance.stage import crew, ring

if TYPE_CHECKING:
    from collections.abc import Generator

    from conformance.stage.opening import Opened
    from conformance.stage.run import Run

#: Under this name a player finds its order, and a report carries what was established.
_OURS = "worker_factory_conformance"


def order_of(config: pytest.Config) -> str | None:
    """Find the order of this process.

    Args:
        config: pytest's.

    Returns:
        The order, as `crew.join` reads it; None if the process is no player.
    """
    order: str | None = getattr(config, "workerinput", {}).get(_OURS)
    return order


def players_of(config: pytest.Config) -> int:
    """Count the processes that share the tests with this one.

    Args:
        config: pytest's.

    Returns:
        How many, this one included.
    """
    players: int = getattr(config, "workerinput", {}).get("workercount", 1)
    return players


def carry(report: pytest.TestReport, entry: Established) -> None:
    """Have a report carry what its test established, to whichever process that counts.

    Args:
        report: of the test.
        entry: what it established.
    """
    setattr(report, _OURS, msgspec.json.encode(entry).decode())


class Player:
    """Keeps order in a process of the crew.

    An interrupt is heard once: a terminal sends one to all processes, and the leading
    process may send another.

    Attributes:
        run: of this process; None until it is opened.
    """

    def __init__(self) -> None:
        self.run: Run | None = None
        Interrupts().start()

    def pytest_internalerror(self) -> bool:
        """Say nothing of an error of pytest: the leading process tells it.

        Returns:
            True: pytest need not print it.
        """
        return True

    @pytest.hookimpl(optionalhook=True)
    def pytest_timeout_set_timer(self, settings: Any) -> bool:
        """Draw the outermost ring; the leading process sees this one die.

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
        if self.run is not None:
            self.run.close()
        return ConformanceError.exit_code


class Bookkeeper:
    """Keeps the ledger, in the only process or in the one that leads a crew.

    Args:
        opened: the run.
    """

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._crew = crew.Crew(opened)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Enter what a test established, wherever it was played.

        Args:
            report: carries it, if it is the last one of its test.
        """
        text = getattr(report, _OURS, None)
        if text is not None:
            self._opened.ledger.add(msgspec.json.decode(text, type=Established))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionstart(self) -> Generator[None]:
        """Have the players deaf to a terminal until they listen.

        Yields:
            While pytest-xdist starts them.
        """
        with blocked():
            yield

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool | None:
        """Collect in the process that leads, too: the display wants to know what will run.

        Args:
            session: pytest's.

        Returns:
            True if it is done: pytest-xdist would leave it out.
        """
        if not session.config.pluginmanager.hasplugin("dsession"):
            return None
        session.perform_collect()
        return True

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Take a player into the crew.

        Args:
            node: of pytest-xdist.
        """
        node.workerinput[_OURS] = self._crew.order(node.gateway.id)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Note that a player has left.

        Args:
            node: of pytest-xdist.
        """
        self._crew.has_left(node.gateway.id)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None]:
        """Send the crew home, and tidy up behind it.

        Yields:
            While pytest-xdist waits for them.
        """
        self._crew.interrupt()
        try:
            yield
        finally:
            self._crew.clear()
