"""`wfc doctor` on Spark's own daemon, and in the executors of a real cluster.

Collected only when WFC_TEST_SPARK lists virtual environments with pyspark 3.3 or later,
separated by colons.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
import pytest

from conformance._tests.command import Wfc
from conformance.report.doctor_file import DoctorFile

if TYPE_CHECKING:
    from pathlib import Path

VENVS = os.environ.get("WFC_TEST_SPARK", "").split(os.pathsep)
__test__ = VENVS != [""]

pytestmark = [pytest.mark.timeout(300), pytest.mark.parametrize("venv", VENVS)]

CLUSTER = ("--in-executors", "--master", "local-cluster[2,1,1024]", "--json")


class SparkWfc(Wfc):
    """Shows tracebacks of daemons; Spark takes a minute on a busy machine."""

    shows_tracebacks = True
    within_s = 240.0


@pytest.fixture
def wfc(tmp_path: Path) -> Wfc:
    return SparkWfc(tmp_path)


def examine(wfc: Wfc, *arguments: str, **env: str) -> DoctorFile:
    ended = wfc("doctor", *arguments, "--json", PATH=os.environ["PATH"], **env)
    assert ended.err == ""
    file = msgspec.json.decode(ended.out, type=DoctorFile)
    assert ended.status == file.exit_code
    return file


def in_executors(wfc: Wfc, venv: str, *arguments: str, **env: str) -> DoctorFile:
    """All executors answer, each for itself; everything stays on the loopback interface."""
    more = {"SPARK_LOCAL_IP": "127.0.0.1", **env}
    file = examine(wfc, *CLUSTER, "--spark", venv, *arguments, **more)
    assert file.unanswered == ()
    assert [one.executor for one in file.examinations] == ["0", "1"]
    return file


def test_sparks_daemon_passes_quickly(wfc: Wfc, venv: str) -> None:
    """And its simple worker; the answer to the odd task is a real worker's."""
    (seen,) = examine(wfc, "--python", f"{venv}/bin/python").examinations
    assert seen.troubles == ()
    assert seen.skipped == {}
    assert [one.verdict for one in seen.stages] == ["pass"] * 18
    assert sum(one.took_s for one in seen.stages) < 3.0
    echoes = [one.saw for one in seen.stages if one.name.endswith("echo")]
    assert all("refuses a task for Python 0.0" in saw for saw in echoes)


def test_all_executors_pass(wfc: Wfc, venv: str) -> None:
    file = in_executors(wfc, venv, "--python", f"{venv}/bin/python")
    assert file.exit_code == 0
    assert all(one.is_whole and one.python for one in file.examinations)


def test_a_broken_pyspark_python_is_named_in_each_executor(wfc: Wfc, venv: str) -> None:
    """There no Python task runs: the JVM starts the stages, by another Python."""
    file = in_executors(wfc, venv, PYSPARK_PYTHON="no-such-python")
    assert file.exit_code == 8
    troubles = [one.troubles[0] for one in file.examinations]
    assert [(one.stage, one.symptom) for one in troubles] == [("executable", "no-program")] * 2


def test_a_daemon_that_cannot_be_imported_is_named(wfc: Wfc, venv: str) -> None:
    """By Spark's own setting; the simple worker passes beside it."""
    setting = ("--conf", "spark.python.daemon.module=no_such.daemon")
    file = in_executors(wfc, venv, "--python", f"{venv}/bin/python", *setting)
    assert (file.daemon, file.exit_code) == ("no_such.daemon", 8)
    for one in file.examinations:
        (trouble,) = one.troubles
        assert (trouble.track, trouble.stage, trouble.symptom) == (
            "daemon",
            "start",
            "module-missing",
        )
