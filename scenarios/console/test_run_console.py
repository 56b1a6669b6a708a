"""`wfc run` in a real terminal: progress, Ctrl-C, a partial report, nothing left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pexpect
import pytest

from conformance.drive.clock import wait_until
from conformance.observe import processes

if TYPE_CHECKING:
    from collections.abc import Callable

RUN = ("conformance", "run", "--impl", "py:reference_impl:make", "--effort", "none")
PROGRESS = r"(\d+)/(\d+) clauses · (\d+) failed"
INTERRUPTED = 2
#: Long enough for Ctrl-C: an adapter may take 5 s to end.
LIMIT_S = 30


def report_of(directory: Path) -> dict[str, Any]:
    """Read the newest report.

    Args:
        directory: where `wfc run` was started.

    Returns:
        What verdict.json holds.
    """
    found: dict[str, Any] = json.loads(
        (directory / "wfc-report" / "latest" / "verdict.json").read_bytes()
    )
    return found


def variables(mark: str) -> dict[str, str]:
    """Read the environment of the adapter, by which the run's token is known.

    Args:
        mark: stands in it.

    Returns:
        Its variables.
    """
    own = (processes.environment(pid) for pid in processes.with_variable("WFC_CONSOLE_TEST", mark))
    return next((env for env in own if "WFC_TOKEN" in env), {})


def test_progress_is_visible_and_the_verdict_comes_last(
    spawn: Callable[..., pexpect.spawn[str]], tmp_path: Path
) -> None:
    """A selection, so that it is short; so its verdict is INCOMPLETE."""
    wfc = spawn(*RUN, "--clause", "F-RST-0[1-3]")
    wfc.expect(r"by profile documented: \d+ clauses in \d+ tests")
    wfc.expect(PROGRESS)
    wfc.expect("INCOMPLETE.*exit 0", timeout=LIMIT_S)
    wfc.expect(pexpect.EOF)
    assert wfc.wait() == 0
    assert report_of(tmp_path)["state"] == "finished"


@pytest.mark.timeout(60)
def test_ctrl_c_leaves_a_partial_report_and_no_process(
    spawn: Callable[..., pexpect.spawn[str]], tmp_path: Path, mark: str
) -> None:
    """It comes when some tests have ended and others have not."""
    wfc = spawn(*RUN)
    for _ in range(4):
        wfc.expect(PROGRESS)
    env = variables(mark)
    wfc.sendintr()
    wfc.expect("INTERRUPTED.*so far.*INCOMPLETE.*exit 2", timeout=LIMIT_S)
    wfc.expect(pexpect.EOF)
    assert wfc.wait() == INTERRUPTED
    report = report_of(tmp_path)
    assert (report["state"], report["exit_code"]) == ("interrupted", INTERRUPTED)
    assert 0 < len(report["tests"]) < len(report["clauses"])
    assert wait_until(lambda: not processes.with_variable("WFC_TOKEN", env["WFC_TOKEN"]), 1.0)
    assert not Path(env["PYTHONPATH"]).parent.exists()
    assert env["WFC_TOKEN"] not in json.dumps(report)


@pytest.mark.timeout(60)
def test_impatient_ctrl_c_changes_nothing(
    spawn: Callable[..., pexpect.spawn[str]], tmp_path: Path
) -> None:
    """The second and third are not heard: tidying up is not interrupted."""
    wfc = spawn(*RUN)
    wfc.expect(PROGRESS)
    for _ in range(3):
        wfc.sendintr()
    wfc.expect(pexpect.EOF, timeout=LIMIT_S)
    assert wfc.wait() == INTERRUPTED
    assert "Traceback" not in str(wfc.before)
    assert report_of(tmp_path)["state"] == "interrupted"


@pytest.mark.timeout(60)
def test_ctrl_c_while_the_implementation_starts(
    spawn: Callable[..., pexpect.spawn[str]], tmp_path: Path
) -> None:
    """The adapter hangs; there is nothing yet to report on."""
    wfc = spawn("conformance", "run", "--impl", "cmd:sleep 100")
    wfc.expect("starting cmd:sleep 100")
    wfc.sendintr()
    wfc.expect("wfc: interrupted before anything ran", timeout=LIMIT_S)
    wfc.expect(pexpect.EOF)
    assert wfc.wait() == INTERRUPTED
    assert not (tmp_path / "wfc-report").exists()


@pytest.mark.timeout(60)
def test_a_failure_is_shown_as_soon_as_it_is_found(
    spawn: Callable[..., pexpect.spawn[str]], tmp_path: Path
) -> None:
    """A factory of four lines, whose create always fails."""
    (tmp_path / "broken.py").write_text(
        "class Broken:\n"
        "    def create(self): raise OSError('broken')\n"
        "    def release_worker(self, worker): pass\n"
        "    def stop_worker(self, worker): pass\n"
        "    def stop(self): pass\n"
        "def make(python_exec, env_vars, **options): return Broken()\n",
        encoding="utf-8",
    )
    wfc = spawn("conformance", "run", "--impl", "py:broken:make", "--clause", "F-RST-01")
    wfc.expect(r"FAIL\S*  F-RST-01  MUST")
    wfc.expect("again .*--clause F-RST-01")
    wfc.expect("NOT CONFORMANT.*exit 1", timeout=LIMIT_S)
    wfc.expect(pexpect.EOF)
    assert wfc.wait() == 1
