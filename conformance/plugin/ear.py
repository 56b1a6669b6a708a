"""Where pytest hears an interrupt, beside the waits of what it plays."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

from conformance.drive import interrupts

if TYPE_CHECKING:
    from collections.abc import Generator


class Ear:
    """Look for an interrupt wherever pytest comes by.

    pytest-xdist waits without coming by: for its processes, or in one of them for the next
    test. There an interrupt strikes at once.
    """

    def pytest_plugin_registered(self) -> None:
        """Look while pytest starts up."""
        interrupts.check()

    def pytest_collectstart(self) -> None:
        """Look before each file and class."""
        interrupts.check()

    def pytest_itemcollected(self) -> None:
        """Look after each test that was found."""
        interrupts.check()

    def pytest_runtest_logstart(self) -> None:
        """Begin no test behind an interrupt."""
        interrupts.insist()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Play the tests; pytest-xdist waits here."""
        leads = session.config.pluginmanager.hasplugin("dsession")
        is_player = hasattr(session.config, "workerinput")
        with interrupts.current().at_once() if leads or is_player else nullcontext():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        """Play one test; what waits there looks for itself."""
        with interrupts.current().noted():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self) -> Generator[None]:
        """Take a report in as a whole.

        Yields:
            While it is taken in.
        """
        with interrupts.current().noted():
            yield

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None]:
        """Tidy up, undisturbed.

        Yields:
            While everybody tidies up.
        """
        with interrupts.current().held():
            yield
