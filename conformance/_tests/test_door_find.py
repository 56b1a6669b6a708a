"""Who cannot be found is told by the name that is wrong."""

from __future__ import annotations

import pytest

from conformance.door.find import find
from conformance.errors import DoorError, UsageError


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ("./nosuch", "./nosuch"),
        ("./nosuch --flag", "./nosuch"),
        ("'./no such' --flag=1 x", "./no such"),
        ("'' x", ""),
    ],
)
def test_a_missing_program_is_told_without_its_arguments(command: str, program: str) -> None:
    """What follows it is no part of its path."""
    with pytest.raises(DoorError, match="no program") as caught:
        find(f"cmd:{command}")
    assert f" no program {program!r}; " in str(caught.value)


@pytest.mark.parametrize("command", [" ", "'unclosed"])
def test_a_command_without_a_program_is_no_command(command: str) -> None:
    """The words themselves are wrong, no path is."""
    with pytest.raises(UsageError, match="is no command line"):
        find(f"cmd:{command}")
