"""What a factory does to its process is a finding; the rest of the suite still runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.observe import processes

HERE = Path(__file__).parent


def run_suite(factory: str, tmp_path: Path, *options: str) -> tuple[int | None, dict[str, str]]:
    """Run two clauses on a factory; give the exit status and the verdicts."""
    argv = [sandbox.own_python(), "-m", "conformance", "run", *options]
    argv += ["--impl", f"py:hostile_factories:{factory}", "--out", str(tmp_path / "report")]
    argv += ["--clause", "F-POOL-01", "--clause", "F-STOP-08"]
    mark = f"{tmp_path.name}-{factory}"
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "WFC_TEST_MARK": mark}
    with (tmp_path / "log").open("wb") as out:
        wfc = sandbox.start(argv, env=env, cwd=str(HERE), stdout=out.fileno(), stderr=out.fileno())
        wfc.end(within_s=100)
    assert processes.with_variable("WFC_TEST_MARK", mark) == ()
    report = json.loads((tmp_path / "report" / "latest" / "verdict.json").read_bytes())
    return wfc.exit_status(), {one["clause"]: one["verdict"] for one in report["clauses"]}


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "factory",
    [
        "hangs",
        "dies",
        "exits",
        "raises_system_exit",
        "forks",
        "closes_descriptors",
        "fills_the_pipe",
    ],
)
def test_a_hostile_factory_fails_and_the_suite_goes_on(factory: str, tmp_path: Path) -> None:
    """Its create fails the clause about create; `stop` before any create is kept."""
    status, verdicts = run_suite(factory, tmp_path)
    assert verdicts["F-POOL-01"] == "FAIL"
    assert verdicts["F-STOP-08"] == "PASS"
    assert status == 1


@pytest.mark.timeout(120)
def test_rubbish_on_the_channel_is_no_fault_of_the_factory(tmp_path: Path) -> None:
    """A broken protocol proves nothing about the implementation."""
    status, verdicts = run_suite("writes_to_the_channel", tmp_path)
    assert verdicts["F-POOL-01"] == "INCONCLUSIVE"
    assert status == 7
