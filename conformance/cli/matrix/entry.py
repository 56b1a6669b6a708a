"""The command line of `wfc matrix`; what it does is imported when it is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from conformance.cli.shared_options import CLAUSES, EFFORT, jobs

_EPILOG = """\b
FILE is TOML, one [[subject]] for each column:
  name     = "Spark 4.3"             its heading
  impl     = "spark:venvs/4.3"       to be run: KIND:ID
  daemon   = "my.daemon"             and, or: a daemon module
  python   = "venvs/4.3"             that has it
  profile, level, baseline           as options of wfc run
  run      = "wfc-report/latest"     instead: a stored run, to be read
Subjects are run in FILE's directory; paths are relative to it.

\b
Exit codes: those of wfc run, of all subjects together: 2 interrupted; else 1
an unexpected failure; 8 or 4 a subject has no verdict; then 3, 7, 6, 5."""


@click.command(epilog=_EPILOG)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--only",
    metavar="NAME",
    multiple=True,
    help="Run or read this subject again, and keep what is stored of the others; repeatable.",
)
@CLAUSES
@EFFORT
@jobs("Play each run")
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("wfc-report/matrix"),
    show_default=True,
    help="Where matrix.json, matrix.md, matrix.html and the runs go.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs: docs/matrix.schema.json.")
def matrix(**options: Any) -> int:
    """Judge many implementations, and put them into one table, clause by clause."""
    from conformance.cli.matrix.command import run_matrix  # noqa: PLC0415 - start-up time
    from conformance.cli.matrix.options import read_options  # noqa: PLC0415 - start-up time

    return run_matrix(read_options(options))
