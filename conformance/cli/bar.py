"""The progress line of a live run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

if TYPE_CHECKING:
    from typing import TextIO


class RichBar:
    """A line at the bottom of a terminal, drawn by rich.

    It draws when it is told to, never from a thread of its own: the suite forks.
    """

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream)
        self._progress: Progress | None = None

    def show(self, text: str, part: float) -> None:
        """Draw it.

        Args:
            text: what to say.
            part: how much is done, from 0 to 1.
        """
        if self._progress is None:
            self._progress = self._start()
        task = self._progress.task_ids[0]
        self._progress.update(task, description=text, completed=part)
        self._progress.refresh()

    def hide(self) -> None:
        """Remove it, so that something can be printed."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def _start(self) -> Progress:
        progress = Progress(
            SpinnerColumn(),
            BarColumn(bar_width=24),
            TextColumn("{task.description}", markup=False),
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        progress.add_task("", total=1.0)
        progress.start()
        return progress
