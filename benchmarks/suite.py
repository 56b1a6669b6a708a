"""The whole suite, played by two processes against one."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.results import Comparison, Round
from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.drive.clock import now_s, wait_until
from conformance.errors import SuiteError

#: Far above what it takes.
_LIMIT_S = 1800.0


def compare(impl: str, label: str, rounds: int) -> Comparison:
    """Run the suite with `--jobs 2` and with `--jobs 1`.

    Args:
        impl: KIND:ID of the implementation.
        label: for the table.
        rounds: how many.

    Returns:
        Seconds a run.

    Raises:
        SuiteError: if a run does not end, or finds something.
    """
    found = Comparison(name=f"{label}, suite", ours="two workers", other="one worker", telling="s")
    found.rounds = [Round(_run(impl, 2), _run(impl, 1)) for _ in range(rounds)]
    return found


def _run(impl: str, jobs: int) -> float:
    argv = [sys.executable, "-m", "conformance", "run", "--impl", impl, "--jobs", str(jobs)]
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "log"
        began_s = now_s()
        with log.open("wb") as output:
            process = sandbox.start(
                argv,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                cwd=directory,
                stdout=output.fileno(),
                stderr=output.fileno(),
            )
        status = wait_until(lambda: _ended(process), _LIMIT_S)
        took_s = now_s() - began_s
        process.end()
        if status != (0,):
            raise SuiteError(f"{' '.join(argv)} ended with {status}:\n{log.read_text()[-2000:]}")
    return took_s


def _ended(process: sandbox.Process) -> tuple[int, ...]:
    """Its exit status, or nothing yet."""
    status = process.exit_status()
    return () if status is None else (status,)
