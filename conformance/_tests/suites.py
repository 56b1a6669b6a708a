"""Whole runs of the suite as processes, a few at a time: most of a run is waiting."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.drive.clock import wait_until
from conformance.observe import processes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

#: A run that meets a hang or two pays the deadline of a call for each.
WITHIN_S = 150.0
#: How many run at the same time.
WIDTH = 6


class SuiteRun:
    """One `wfc run` as a process, in a directory of its own.

    Args:
        directory: for its report and its output; made here.
        implementation: KIND:ID.
        options: of `wfc run`.
        cwd: where it runs, and where it finds a module of the tests.
    """

    def __init__(
        self, directory: Path, implementation: str, options: Sequence[str], cwd: Path | None = None
    ) -> None:
        directory.mkdir(parents=True)
        self._directory = directory
        self._mark = directory.name
        argv = [sandbox.own_python(), "-m", "conformance", "run", "--impl", implementation]
        env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "WFC_TEST_MARK": self._mark}
        with (directory / "output").open("wb") as output:
            self._process = sandbox.start(
                [*argv, "--out", str(directory / "report"), *options],
                env=env,
                cwd=str(cwd or directory),
                stdout=output.fileno(),
                stderr=output.fileno(),
            )

    def has_ended(self) -> bool:
        """Ask whether it has.

        Returns:
            Whether the process has ended.
        """
        return self._process.exit_status() is not None

    def finish(self, within_s: float = WITHIN_S) -> tuple[int | None, dict[str, str]]:
        """Wait for it.

        Args:
            within_s: how long, in seconds.

        Returns:
            Exit status, and verdict by clause.

        Raises:
            AssertionError: if a process of it is left, or it wrote no report.
        """
        self._process.end(within_s=within_s)
        left = processes.with_variable("WFC_TEST_MARK", self._mark)
        assert left == (), f"left behind: {left}"
        report = self._directory / "report" / "latest" / "verdict.json"
        assert report.exists(), self.output()
        clauses = json.loads(report.read_bytes())["clauses"]
        return self._process.exit_status(), {one["clause"]: one["verdict"] for one in clauses}

    def output(self) -> str:
        """Read what it printed.

        Returns:
            Both streams.
        """
        return (self._directory / "output").read_text(encoding="utf-8")


class Window:
    """Runs that are started in order, a few ahead of the one that is waited for.

    Args:
        directory: for all of them.
        plans: name to implementation, options and directory to run in.
        within_s: how long to wait for each, in seconds.
    """

    def __init__(
        self,
        directory: Path,
        plans: Mapping[str, tuple[str, Sequence[str], Path | None]],
        within_s: float = WITHIN_S,
    ) -> None:
        self._directory = directory
        self._within_s = within_s
        self._waiting = dict(plans)
        self._running: dict[str, SuiteRun] = {}

    def wait_for(self, name: str) -> SuiteRun:
        """Wait for the run of that name, and see that others run meanwhile.

        Args:
            name: of the run.

        Returns:
            The run, ended or out of time.
        """
        self._start(name)
        wait_until(lambda: self._has_ended(name), self._within_s)
        return self._running.pop(name)

    def close(self) -> None:
        """Finish what was started ahead and not waited for."""
        for run in self._running.values():
            run.finish(self._within_s)

    def _has_ended(self, name: str) -> bool:
        busy = sum(not run.has_ended() for run in self._running.values())
        for other in list(self._waiting)[: max(0, WIDTH - busy)]:
            self._start(other)
        return self._running[name].has_ended()

    def _start(self, name: str) -> None:
        if name not in self._running:
            implementation, options, cwd = self._waiting.pop(name)
            place = self._directory / name
            self._running[name] = SuiteRun(place, implementation, options, cwd)
