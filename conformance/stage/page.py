"""What fakes find in their WFC_DIR while they run: the plan page, and gates."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from conformance.errors import SuiteError

if TYPE_CHECKING:
    from pathlib import Path

#: Size of the plan page, as fakes read it.
_PAGE_BYTES = 4096


class PlanPage:
    """The page that fakes read at every named point; made empty.

    Args:
        path: of the page.

    Attributes:
        path: of the page, value of WFC_PLAN.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch(0o600)

    def write(self, faults: str) -> None:
        """Replace what the page holds.

        Args:
            faults: in the grammar of docs/side-channel.md.

        Raises:
            SuiteError: if they do not fit.
        """
        if len(faults) >= _PAGE_BYTES:
            count = faults.count(";") + 1
            raise SuiteError(f"{count} armed faults do not fit the plan page")
        new = self.path.with_suffix(".new")
        new.write_text(faults, encoding="utf-8")
        new.rename(self.path)  # a fake sees the old page or the new one, never a part


class Gates:
    """The gates of one directory.

    Args:
        directory: value of WFC_DIR.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._fds: dict[str, int] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._fds

    def make(self, name: str) -> str:
        """Make a gate for a fault to name.

        Args:
            name: of the gate.

        Returns:
            The action to write into a fault: `gate:NAME`.
        """
        path = self._directory / f"gate.{name}"
        os.mkfifo(path, 0o600)
        # Open for both, so that opening blocks nobody and a byte waits for who comes late.
        self._fds[name] = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        return f"gate:{name}"

    def open(self, name: str) -> None:
        """Let the one process through that stands at a gate, or will come to it.

        Args:
            name: of the gate; `make` has made it.
        """
        os.write(self._fds[name], b"!")

    def close(self) -> None:
        """Let go of all gates; nothing happens the second time."""
        for fd in self._fds.values():
            os.close(fd)
        self._fds.clear()
