"""The fixtures of these tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drive import sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def no_orphans() -> Iterator[None]:
    """Collect orphans: once a test has made this process a sub-reaper, all are its own."""
    yield
    sandbox.reap_orphans()
