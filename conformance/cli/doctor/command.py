"""`wfc doctor` of a daemon: examines it, shows what was seen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

import conformance
from conformance.cli.doctor import executors, local
from conformance.cli.doctor.table import table_lines
from conformance.cli.doctor.text import end_lines, stage_lines
from conformance.cli.printing import painter, width
from conformance.drive.sandbox import become_subreaper
from conformance.report.doctor_file import DoctorFile, Examination, encode, total
from conformance.report.verdict_file import Suite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.cli.doctor.asked import Asked
    from conformance.cli.doctor.executors import Cluster


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
        seen = local.examine(asked, lambda _stage: None)
        return _print_json(asked, (seen,))
    columns, paint = width(), painter(sys.stdout)
    click.echo(f"{asked.daemon}, started by {asked.python} ({asked.source})")
    seen = local.examine(asked, lambda stage: _echo(stage_lines(stage, columns, paint)))
    _echo(end_lines(seen, columns, paint))
    return seen.exit_code


def examine_executors(asked: Asked, cluster: Cluster) -> int:
    """Examine a daemon and its workers in every executor of a cluster.

    Args:
        asked: which; what is empty Spark's settings say.
        cluster: whose executors.

    Returns:
        The exit code: 0 if all is well everywhere, 1 if a stage behind the announcement
        fails somewhere, else 8 if no daemon could be started somewhere, else 7 if an
        executor gave no answer.

    Raises:
        DoorError: if Spark does not start.
        KeyboardInterrupt: if an interrupt has come, when all has been ended.
    """
    become_subreaper()
    if not asked.is_json:
        click.echo(f"Spark starts, by the PySpark of {cluster.venv}; it may take a minute.")
    gathered = executors.examine(asked, cluster, lambda count: _announce(asked, count))
    unanswered = tuple(gathered.unanswered)
    if asked.is_json:
        return _print_json(gathered.asked, gathered.seen, unanswered)
    columns, paint = width(), painter(sys.stdout)
    its = gathered.asked
    click.echo(f"{its.daemon}, started by {its.python} ({its.source})\n")
    _echo(table_lines(gathered.seen, gathered.unanswered, columns, paint))
    return total(gathered.seen, unanswered)


def _announce(asked: Asked, count: int) -> None:
    if not asked.is_json:
        click.echo(f"{count} executor{'s' * (count != 1)} examined:")


def _echo(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(line)


def _print_json(
    asked: Asked, seen: tuple[Examination, ...], unanswered: tuple[str, ...] = ()
) -> int:
    code = total(seen, unanswered)
    file = DoctorFile(
        suite=Suite(name="worker-factory-conformance", version=conformance.__version__),
        command=("wfc", *sys.argv[1:]),
        daemon=asked.daemon,
        worker=asked.worker,
        exit_code=code,
        examinations=seen,
        unanswered=unanswered,
    )
    click.echo(encode(file))
    return code
