"""`wfc doctor` says no more than it saw, and nothing that Spark would not say."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance._tests.command import Wfc
from conformance._tests.doctor_setups import HEALTHY, PYTHON, Setup, env_of, examine, words
from conformance.door.find import ROOT

if TYPE_CHECKING:
    from conformance.report.doctor_file import Trouble


@pytest.fixture
def wfc(tmp_path: Path) -> Wfc:
    wfc = Wfc(tmp_path)
    wfc.shows_tracebacks = True
    return wfc


@pytest.mark.parametrize("worker", ["my.missing.worker", "pyspark.worker"])
def test_a_worker_that_was_named_must_be_there(wfc: Wfc, worker: str) -> None:
    """Whatever its name is."""
    file = examine(wfc, Setup("simple connect", "module-missing", 1, worker=worker))
    (trouble,) = file.examinations[0].troubles
    assert (trouble.track, trouble.stage, trouble.symptom) == (
        "simple",
        "simple connect",
        "module-missing",
    )
    assert "failed to connect back" in trouble.spark_says
    assert file.exit_code == 1


def test_workers_that_were_not_tried_are_not_praised(wfc: Wfc) -> None:
    """Without PySpark there is no simple worker; over a Unix domain socket there is none either."""
    for more in ((), ("--unix-sockets",)):
        setup = Setup("", "", 0, "reference_impl.daemon")
        ended = wfc("doctor", *words(wfc, setup), *more, **env_of(setup))
        last = ended.out.splitlines()[-1]
        assert ended.status == 0
        assert last.endswith("Spark can start this daemon. Not tried: a simple worker.")


def test_workers_that_were_tried_are_praised(wfc: Wfc) -> None:
    setup = Setup("", "", 0, HEALTHY)
    worker = ("--worker", "fake_daemons.simple_well_behaved")
    ended = wfc("doctor", *words(wfc, setup), *worker, **env_of(setup))
    assert ended.out.endswith("Spark can start this daemon and its workers.\n")


# -- the stage executable ------------------------------------------------------------------


def executable(wfc: Wfc, python: str, **env: str) -> tuple[str, str, str]:
    """Symptom, what was seen and what Spark says of a Python that cannot be one."""
    trouble = executable_trouble(wfc, python, **env)
    return trouble.symptom, trouble.saw, trouble.spark_says


def executable_trouble(wfc: Wfc, python: str, **env: str) -> Trouble:
    setup = Setup("executable", "", 8, python=python, env=env)
    file = examine(wfc, setup)
    (trouble,) = file.examinations[0].troubles
    assert (trouble.stage, file.exit_code) == ("executable", 8)
    return trouble


def test_of_a_directory_no_execute_bit_is_blamed(wfc: Wfc) -> None:
    """Nor is a directory of what is a file."""
    (wfc.directory / "snake").mkdir()
    trouble = executable_trouble(wfc, str(wfc.directory / "snake"))
    assert [cause.split(",")[0] for cause in trouble.causes] == ["the name is that of a directory"]
    (wfc.directory / "file").write_text("", encoding="utf-8")
    trouble = executable_trouble(wfc, str(wfc.directory / "file"))
    assert trouble.symptom == "not-executable"
    assert trouble.causes[0].startswith("the execute bit was lost")
    assert not any("the name is" in cause for cause in trouble.causes)


def write_program(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o700)


def test_a_directory_is_there_but_may_not_be_executed(wfc: Wfc) -> None:
    """As Java says: error=13; also where it is found along PATH."""
    (wfc.directory / "snake").mkdir()
    by_path = executable(wfc, str(wfc.directory / "snake"))
    along_path = executable(wfc, "snake", PATH=str(wfc.directory))
    for symptom, saw, says in (by_path, along_path):
        assert symptom == "not-executable"
        assert saw == f"{wfc.directory}/snake is a directory"
        assert says.endswith("error=13, Permission denied")


def test_a_directory_on_the_path_does_not_hide_a_program_behind_it(wfc: Wfc) -> None:
    """The search goes on, as Java's does."""
    (wfc.directory / "snake").mkdir()
    behind = wfc.directory / "bin"
    behind.mkdir()
    write_program(behind / "snake", f'#!/bin/sh\nexec {shlex.quote(PYTHON)} "$@"\n')
    path = f"{wfc.directory}:{behind}:/usr/bin:/bin"
    ended = wfc("doctor", "--python", "snake", "--daemon", HEALTHY, PATH=path)
    assert (ended.status, f"snake -> {behind}/snake" in " ".join(ended.out.split())) == (0, True)


def test_a_script_without_a_first_line_is_run_by_a_shell(wfc: Wfc) -> None:
    """As the JVM does, to all the stages' ends."""
    snake = wfc.directory / "snake"
    write_program(snake, f'exec {shlex.quote(PYTHON)} "$@"\n')
    worker = "fake_daemons.simple_well_behaved"
    file = examine(wfc, Setup("", "", 0, python=str(snake), worker=worker))
    assert (file.exit_code, file.examinations[0].troubles) == (0, ())


def test_a_program_of_another_machine_is_told_from_a_script(wfc: Wfc) -> None:
    """The JVM has /bin/sh run it, too; that is no use."""
    snake = wfc.directory / "snake"
    data = bytearray(Path("/bin/sh").read_bytes())
    data[18:20] = b"\xfe\xfe"  # e_machine (elf(5)): of no machine that there is
    snake.write_bytes(data)
    snake.chmod(0o700)
    symptom, saw, says = executable(wfc, str(snake))
    assert symptom == "wrong-format"
    assert f"{snake} is no program of this machine: so /bin/sh runs it" in saw
    assert says.startswith("EOFException")
    assert "error=8" not in saw + says


def test_a_script_of_a_shell_that_is_no_python_is_told(wfc: Wfc) -> None:
    """It ran: its format is not to blame."""
    write_program(wfc.directory / "snake", "exit 3\n")
    symptom, saw, _ = executable(wfc, str(wfc.directory / "snake"))
    assert (symptom, "ended with status 3" in saw) == ("no-python", True)


# -- the command line, and adapters --------------------------------------------------------


@pytest.mark.parametrize("limit", ["nan", "-nan", "inf", "0.01"])
def test_a_limit_that_is_no_time_is_usage(wfc: Wfc, limit: str) -> None:
    """One line."""
    ended = wfc("doctor", "--daemon", HEALTHY, f"--limit={limit}")
    assert (ended.status, ended.err.count("\n"), ended.out) == (4, 1, "")
    assert ended.err.startswith("wfc: ")
    assert "--limit" in ended.err


DEAF = """
import socket
class Factory:
    def create(self):
        mine, its = socket.socketpair()
        its.close()
        return mine, None
    def release_worker(self, worker): pass
    def stop_worker(self, worker): pass
    def stop(self): pass
def make(*_, **__):
    return Factory()
"""


def test_an_exchange_that_fails_tells_what_was_expected(wfc: Wfc) -> None:
    """Beside what came: nothing."""
    (wfc.directory / "deaf.py").write_text(DEAF, encoding="utf-8")
    path = f"{ROOT}:{wfc.directory}"
    ended = wfc("doctor", "--impl", "py:deaf:make", PYTHONPATH=path)
    assert ended.status == 8
    cause = next(line.split(maxsplit=1) for line in ended.out.splitlines() if " cause " in line)
    assert cause == ["cause", "expected b'who are you?' comes back; actual b''"]
