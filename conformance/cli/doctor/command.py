"""`wfc doctor` of a daemon: examines it, shows what was seen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

import conformance
from conformance.cli.doctor import local
from conformance.cli.doctor.text import end_lines, stage_lines
from conformance.cli.printing import painter, width
from conformance.drive.sandbox import become_subreaper
from conformance.report.doctor_file import DoctorFile, Examination, encode, total
from conformance.report.verdict_file import Suite

if TYPE_CHECKING:
    from conformance.cli.doctor.asked import Asked
    from conformance.report.doctor_file import StageEntry


def examine_daemon(asked: Asked) -> int:
    """Examine a daemon and its workers on this host.

    Args:
        asked: which.

    Returns:
        The exit code: 0 if all is well, 8 if no daemon could be started, 1 if a later stage
        fails.

    Raises:
        KeyboardInterrupt: if an interrupt has come, when all has been ended.
    """
    become_subreaper()
    if asked.is_json:
        return _print_json(asked, (local.examine(asked, lambda _stage: None),))
    columns, paint = _columns(), painter(sys.stdout)

    def show(stage: StageEntry) -> None:
        for line in stage_lines(stage, columns, paint):
            click.echo(line)

    click.echo(f"{asked.daemon}, started by {asked.python} ({asked.source})")
    seen = local.examine(asked, show)
    for line in end_lines(seen, columns, paint):
        click.echo(line)
    return seen.exit_code


def _columns() -> int:
    return width()


def _print_json(asked: Asked, seen: tuple[Examination, ...]) -> int:
    code = total(seen)
    file = DoctorFile(
        suite=Suite(name="worker-factory-conformance", version=conformance.__version__),
        command=("wfc", *sys.argv[1:]),
        daemon=asked.daemon,
        worker=asked.worker,
        exit_code=code,
        examinations=seen,
    )
    click.echo(encode(file))
    return code
