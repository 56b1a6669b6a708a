"""What a factory does to its process is a finding; the rest of the suite still runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .suites import WITHIN_S, Window

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
BAD = (
    "hangs",
    "closes_descriptors",
    "dies",
    "exits",
    "raises_system_exit",
    "forks",
    "fills_the_pipe",
    "returns_nothing",
    "is_not_implemented",
)
RUDE = "writes_to_the_channel"
CLAUSES = ["--clause", "F-RST-08", "--clause", "F-STOP-08", "--effort", "none"]


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """Run two clauses on each factory."""
    plans = {name: (f"py:hostile_factories:{name}", CLAUSES, HERE) for name in (*BAD, RUDE)}
    opened = Window(tmp_path_factory.mktemp("hostile"), plans)
    yield opened
    opened.close()


@pytest.mark.timeout(WITHIN_S * 2)
@pytest.mark.parametrize("factory", BAD)
def test_a_hostile_factory_fails_and_the_suite_goes_on(factory: str, window: Window) -> None:
    """Each of the two clauses is judged, in scenarios of their own, and found broken."""
    status, verdicts = window.wait_for(factory).finish()
    assert (verdicts["F-RST-08"], verdicts["F-STOP-08"]) == ("FAIL", "FAIL")
    assert status == 1


@pytest.mark.timeout(WITHIN_S * 2)
def test_rubbish_on_the_channel_is_no_fault_of_the_factory(window: Window) -> None:
    """A broken protocol proves nothing about the implementation."""
    status, verdicts = window.wait_for(RUDE).finish()
    assert verdicts["F-RST-08"] == "INCONCLUSIVE"
    assert status == 7
