"""The matrix of Spark's releases: which they are, and what is published of a measurement."""

from __future__ import annotations

from benchmarks.matrix import RELEASES, cleaned
from conformance.contract.clause import LINES
from conformance.evidence.findings import Verdict
from conformance.report.matrix_file import Asked, Cell, Column, Matrix, Seen, encode
from conformance.report.verdict_file import Suite


def measured(*said: str) -> Matrix:
    """A matrix in which this was seen."""
    seen = tuple(Seen(wrong="w", expected="e", actual=text) for text in said)
    column = Column(
        asked=Asked(name="Spark 4.3.0", impl="spark:spark-4.3.0"),
        state="finished",
        report="runs/spark-4.3.0/latest",
        cells={"F-POOL-01": Cell(verdict=Verdict.FAIL, seen=seen)},
    )
    return Matrix(
        suite=Suite(name="s", version="0"),
        command=("wfc", "matrix", "matrix.toml"),
        started_at="2026-01-02T03:04:05+00:00",
        state="finished",
        subjects=(column,),
        clauses=(),
    )


def test_the_newest_release_of_each_line_from_3_3_on_is_judged() -> None:
    lines = [release.rpartition(".")[0] for release in RELEASES]
    assert lines == list(LINES[LINES.index("3.3") :])


def test_paths_of_a_machine_are_not_published() -> None:
    said = ("no file /home/me/x/daemon.py here", "'/tmp/wfc-1/scenario-2' is \"/opt/venv/bin/p\"")
    text = encode(cleaned(measured(*said))).decode()
    assert "no file (path) here" in text
    assert "'(path)' is \\\"(path)\\\"" in text
    assert "runs/" not in text


def test_what_is_no_path_of_a_machine_stays() -> None:
    said = ("pyspark/daemon.py", "PR 41288 and/or 1/2", "[E1], [E2] lock_blocks", "a / b")
    matrix = measured(*said)
    seen = cleaned(matrix).subjects[0].cells["F-POOL-01"].seen
    assert tuple(one.actual for one in seen) == said
