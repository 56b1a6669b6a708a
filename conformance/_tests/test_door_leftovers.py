"""What is judged leaves no file behind, however its process ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .command import Wfc

if TYPE_CHECKING:
    from pathlib import Path

MUTANTS = ("unix_secret", "unix_file_stays", "unix_path_unchecked")


@pytest.mark.timeout(120)
def test_mutants_with_socket_files_leave_no_directory(tmp_path: Path) -> None:
    """Their adapters end without a farewell, so what they made goes with the run."""
    place, temporary = tmp_path / "place", tmp_path / "temporary"
    place.mkdir()
    temporary.mkdir()
    ended = Wfc(place)("mutants", *MUTANTS, TMPDIR=str(temporary))
    assert ended.status == 0, ended
    assert list(temporary.iterdir()) == []
