"""The directory of a run: files replaced as a whole, `latest` beside it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from conformance.errors import UsageError
from conformance.report import badge, junit, markdown
from conformance.report.kept import REPORT
from conformance.report.page.failures import write_timelines
from conformance.report.page.run_page import run_page
from conformance.report.verdict_file import VerdictFile, decode, encode, hidden

#: Variable that names the file to which GitHub takes the summary of a job.
JOB_SUMMARY = "GITHUB_STEP_SUMMARY"
#: Name of the link to the newest run.
LATEST = "latest"
#: Name of the page for the summary of a CI job.
_SUMMARY = "summary.md"
#: Name of the directory of a run's cases, below the run's own.
CASES = "cases"


def timestamp() -> str:
    """Read the wall clock, for people; nothing is ordered by it.

    Returns:
        Date and time in UTC, ISO 8601, to the second.
    """
    return datetime.now(UTC).isoformat(timespec="seconds")


class RunFiles:
    """The directory of one run.

    Args:
        out: where the directories of runs are made.
        started_at: date and time, which name the directory.

    Attributes:
        directory: the run's own directory, `OUT/TIME`.
    """

    def __init__(self, out: Path, started_at: str) -> None:
        self._out = out
        self._secrets: set[str] = set()
        try:
            self.directory = _make_directory(out, started_at)
            _point(out / LATEST, self.directory.name)
        except OSError as error:
            raise UsageError(f"cannot write to {out}: {error.strerror}") from None

    def keep_out(self, secret: str) -> None:
        """Name a text that must not stand in any file.

        Args:
            secret: the text.
        """
        self._secrets.add(secret)

    def write_verdict(self, file: VerdictFile) -> VerdictFile:
        """Replace verdict.json.

        Args:
            file: the run as it stands.

        Returns:
            The run as it was written: without secrets.
        """
        content = encode(file, self._secrets)
        replace_file(self.directory / "verdict.json", content)
        return decode(content)

    def append(self, name: str, line: bytes) -> None:
        """Add a line to a file of the run that only grows.

        Args:
            name: of the file.
            line: without its end.
        """
        text = hidden(line.decode(), self._secrets)
        with (self.directory / name).open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")

    def write_page(self, file: VerdictFile) -> None:
        """Replace report.html.

        Args:
            file: the run as `write_verdict` gave it back.
        """
        write_page(file, self.directory)

    def write_rest(self, file: VerdictFile) -> None:
        """Write what is only written at the end: the reports, and the summary of a CI job.

        Args:
            file: the run as `write_verdict` gave it back.
        """
        write_reports(file, self.directory)
        add_to_summary((self.directory / _SUMMARY).read_text(encoding="utf-8"))


def add_to_summary(page: str) -> None:
    """Add a page to the summary of the CI job, if this is one that has a summary.

    Args:
        page: as Markdown.
    """
    collected = os.environ.get(JOB_SUMMARY)
    if collected:
        with Path(collected).open("a", encoding="utf-8") as summary:
            summary.write(page)


def write_reports(file: VerdictFile, directory: Path) -> None:
    """Replace what people and CI read of a run: pages, junit.xml, badge.json, summary.md.

    Args:
        file: the run, with paths relative to its directory.
        directory: of the run.
    """
    write_timelines(file, directory)
    write_page(file, directory)
    file = file.placed(directory)
    replace_file(directory / "junit.xml", junit.render(file))
    replace_file(directory / "badge.json", badge.render(file))
    replace_file(directory / _SUMMARY, markdown.render(file).encode())


def write_page(file: VerdictFile, directory: Path) -> None:
    """Replace a run's report.html.

    Args:
        file: the run, with paths relative to its directory.
        directory: of the run.
    """
    replace_file(directory / REPORT, run_page(file, directory).encode())


def _make_directory(out: Path, started_at: str) -> Path:
    name = started_at.partition("+")[0].replace(":", "-")
    number = 1
    while True:
        directory = out / (name if number == 1 else f"{name}.{number}")
        try:
            directory.mkdir(parents=True)
        except FileExistsError:
            if not directory.is_dir():
                raise
            number += 1
        else:
            return directory


def _point(link: Path, target: str) -> None:
    """Replace a link at once, so that there is never none."""
    new = link.with_name(f".{target}.{LATEST}")
    new.symlink_to(target)
    new.replace(link)


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file at once: a reader sees the old one or the new one, whole.

    Args:
        path: of the file.
        content: of the new one.
    """
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content)
    new.replace(path)
