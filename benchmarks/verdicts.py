"""Verdicts of the suite: by `wfc run` as a process of its own, or by some scenarios in this one."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.errors import SuiteError
from conformance.report.verdict_file import read
from conformance.stage.opening import open_run

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from conformance.evidence.findings import Finding
    from conformance.report.verdict_file import VerdictFile
    from conformance.stage.opening import Opened, Wanted

#: How long one run may take, in seconds.
_WITHIN_S = 600.0
#: How much of a finding is kept, in characters.
_SEEN = 160


def run(options: Iterable[str], name: str) -> VerdictFile:
    """Play `wfc run` as a process of its own, and read what it wrote.

    Args:
        options: of `wfc run`.
        name: of what is judged, for messages.

    Returns:
        Its verdicts.

    Raises:
        SuiteError: if it wrote none, or was not finished.
    """
    with tempfile.TemporaryDirectory(prefix="wfc-") as place:
        report = Path(place) / "report"
        log = Path(place) / "log"
        with log.open("wb") as out:
            process = sandbox.start(
                [sys.executable, "-m", "conformance", "run", *options, "--out", str(report)],
                env=_environment(),
                cwd=place,
                stdout=out.fileno(),
                stderr=out.fileno(),
            )
        process.end(within_s=_WITHIN_S)
        if not (report / "latest").exists():
            raise SuiteError(f"{name}: {log.read_text(encoding='utf-8')}")
        file = read(report / "latest")
    if file.state != "finished":
        raise SuiteError(f"{name}: the run is {file.state}")
    return file


@contextmanager
def playing(wanted: Wanted, scenarios: Iterable[str], name: str) -> Generator[Opened]:
    """Play some scenarios in this process.

    Args:
        wanted: whom to judge, and how.
        scenarios: files and tests of theirs, from the root of the checkout.
        name: of what is judged, for messages.

    Yields:
        The run with what was established; it is closed afterwards.

    Raises:
        SuiteError: if they were not played to their end.
    """
    arguments = [
        *("-c", str(ROOT / "conformance" / "run.ini"), "--rootdir", str(ROOT)),
        *("--confcutdir", str(ROOT / "scenarios"), "--disable-plugin-autoload"),
        *("-p", "conformance.plugin", "-p", "pytest_timeout", "-p", "_hypothesis_pytestplugin"),
        *("-p", "no:cacheprovider", "-p", "no:terminal"),
        *(str(ROOT / one) for one in scenarios),
    ]
    opened = open_run(wanted)
    try:
        status = pytest.main(arguments, plugins=[opened])
        if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            raise SuiteError(f"{name}: pytest ended with status {int(status)}")
        yield opened
    finally:
        opened.run.close()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def first_finding(findings: Iterable[Finding]) -> str:
    """Tell the first finding in a line.

    Args:
        findings: of a clause.

    Returns:
        What was expected and what was seen, cut to a line; empty if there is none.
    """
    found = next(iter(findings), None)
    if found is None:
        return ""
    text = f"{found.wrong}: expected {found.expected}; actual {found.actual}"
    line = " ".join(text.replace(str(Path.cwd()), "(working directory)").split())
    return line if len(line) <= _SEEN else line[: _SEEN - 1] + "…"
