"""Programs of ours in a pseudo-terminal, as a user sees them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pexpect
import pytest

from conformance.door.find import ROOT
from conformance.observe import processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: What is put into the environment, to find every process that came of it.
MARK = "WFC_CONSOLE_TEST"


@pytest.fixture
def mark(tmp_path: Path) -> str:
    """Give a text that stands in the environment of all that this test starts.

    Args:
        tmp_path: pytest's, of which there is one a test.

    Returns:
        The text.
    """
    return f"{tmp_path.parent.name}/{tmp_path.name}"


@pytest.fixture
def spawn(tmp_path: Path, mark: str) -> Iterator[Callable[..., pexpect.spawn[str]]]:
    """Give a function that starts `python -m ...` in a pseudo-terminal.

    Args:
        tmp_path: the directory to start it in.
        mark: stands in its environment.

    Yields:
        The function; afterwards nothing of what it started may be left.
    """
    started: list[pexpect.spawn[str]] = []
    env = {
        "COLUMNS": "100",
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm",
        MARK: mark,
    }

    def start(*arguments: str) -> pexpect.spawn[str]:
        child = pexpect.spawn(
            sys.executable,
            ["-m", *arguments],
            cwd=str(tmp_path),
            dimensions=(40, 100),
            encoding="utf-8",
            env=env,
            timeout=20,
        )
        started.append(child)
        return child

    yield start
    for child in started:
        child.close(force=True)
    assert processes.with_variable(MARK, mark) == ()
