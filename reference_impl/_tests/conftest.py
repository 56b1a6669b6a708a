"""The fixtures of these tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reference_impl._tests.workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """Factories whose processes end with the test."""
    made = Workshop(tmp_path)
    yield made
    made.close()
