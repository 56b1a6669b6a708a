"""`wfc` as a process: bad input and bad adapters give one line, never a traceback."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from .command import REFERENCE, Wfc

if TYPE_CHECKING:
    from pathlib import Path

#: `wfc` with an outermost ring of a tenth of a second.
IMPATIENT = """
import pathlib, sys
import conformance.cli.run as run
mine = pathlib.Path("run.ini")
mine.write_text(run._INI.read_text("utf-8").replace("timeout = 600", "timeout = 0.1"), "utf-8")
run._INI = mine.resolve()
from conformance.cli import main
sys.exit(main())
"""
#: A factory whose create always fails.
BROKEN = """
class Broken:
    def create(self): raise OSError("broken")
    def release_worker(self, worker): pass
    def stop_worker(self, worker): pass
    def stop(self): pass
def make(python_exec, env_vars, **options): return Broken()
"""


@pytest.fixture
def wfc(tmp_path: Path) -> Wfc:
    return Wfc(tmp_path)


# -- what cannot be asked ------------------------------------------------------------------

RUN = ("run", "--impl", REFERENCE)
#: A clause's own tests, without the machines, which have a say in most clauses.
NO_MACHINES = ("--effort", "none")
TESTS = (*RUN, *NO_MACHINES)
#: A daemon module by another interpreter, which is still to be named.
OTHER = ("run", "--daemon", "reference_impl.daemon", "--python")


@pytest.mark.parametrize(
    ("arguments", "status", "what"),
    [
        (["run"], 4, "--impl KIND:ID"),
        (["run", "--impl", "java:x"], 4, "write one of py:MODULE:CALLABLE"),
        (["run", "--impl", "py:"], 4, "write one of"),
        (["run", "--impl", "py:reference_impl"], 4, "write py:reference_impl:CALLABLE"),
        (["run", "--impl", "py:no_such_module:make"], 8, "No module named 'no_such_module'"),
        (["run", "--impl", "py:reference_impl:nothing"], 8, "'nothing'"),
        (["run", "--impl", "mutant:no_such_mutant"], 4, "wfc list mutants"),
        (["run", "--impl", "cmd:/no/such/program --x"], 8, "no program"),
        (["run", "--impl", "cmd:'"], 4, "no command line"),
        (["run", "--impl", "spark:/no/such/venv"], 8, "no Python at"),
        (["run", "--daemon", "no_such.daemon"], 4, "no daemon module"),
        ([*OTHER, "no/such/python"], 8, "no program 'no/such/python'"),
        ([*OTHER, "/bin/true"], 8, "does not answer as a Python 3 does, but 'nothing'"),
        ([*OTHER, "/bin/echo"], 8, "does not answer as a Python 3 does"),
        ([*OTHER, "/dev/null"], 8, "no program '/dev/null'"),
        ([*OTHER, sys.executable, "--daemon", "no_such.daemon"], 4, "no daemon module"),
        ([*RUN, "--python", sys.executable], 4, "--python names the interpreter of a daemon"),
        ([*RUN, "--profile", "spark-9.9"], 4, "there is no profile 'spark-9.9'"),
        ([*RUN, "--clause", "F-RTS-*"], 4, "no clause matches 'F-RTS-*'"),
        ([*RUN, "--level", "may"], 4, "'may' is not one of"),
        ([*RUN, "--seed", "x"], 4, "--seed"),
        ([*RUN, "--repeat", "0"], 4, "--repeat"),
        ([*RUN, "--jobs", "0"], 4, "--jobs"),
        ([*RUN, "--effort", "much"], 4, "'much' is not one of"),
        ([*RUN, "--explore", "soon"], 4, "'soon' is no duration: write 30s, 10m or 1h"),
        ([*RUN, "--explore", "0m"], 4, "'0m' is no duration"),
        ([*RUN, "--explore", "1m", "--effort", "none"], 4, "--effort none leaves them out"),
        ([*RUN, "--explore", "1m", "--repeat", "2"], 4, "leave --repeat out"),
        ([*RUN, "--baseline", "missing.toml"], 4, "missing.toml"),
        ([*RUN, "--out", "/proc/nowhere"], 4, "cannot write to"),
        ([*RUN, "stray"], 4, "stray"),
        (["explain", "F-RTS-01"], 4, "did you mean F-RST-01"),
        (["list", "nonsense"], 4, "'nonsense' is not one of"),
        (["report", "missing"], 4, "missing"),
        (["doctor", "--impl", REFERENCE, "--daemon", "x"], 4, "--daemon is about a daemon"),
        (["doctor", "--limit", "0"], 4, "--limit"),
        (["doctor", "--impl", "java:x"], 4, "write one of"),
        (["no-such-command"], 4, "no-such-command"),
    ],
)
def test_bad_input_is_one_line_and_an_exit_code(
    wfc: Wfc, arguments: list[str], status: int, what: str
) -> None:
    ended = wfc(*arguments)
    assert (ended.status, ended.err.count("\n")) == (status, 1), ended
    assert ended.err.startswith("wfc: ")
    assert what in ended.err


def test_an_unknown_setting_is_a_usage_error(wfc: Wfc) -> None:
    text = "[tool.worker-factory-conformance]\nworkers = 4\n"
    (wfc.directory / "pyproject.toml").write_text(text, encoding="utf-8")
    ended = wfc(*RUN)
    assert (ended.status, ended.err.count("\n")) == (4, 1)
    assert "`workers`" in ended.err


# -- adapters that do not work -------------------------------------------------------------

BAD_ADAPTERS = [
    pytest.param("send('hello, world')", "'hello, world'", "speaks the protocol", id="rubbish"),
    pytest.param("sys.exit('no licence')", "status 1", "started", id="exits"),
    pytest.param("os.abort()", "signal 6", "started", id="is killed"),
    pytest.param("lines.read()", "no answer within", "speaks the protocol", id="hangs"),
    pytest.param(
        "answer(ABOUT | {'protocol_version': '7'})",
        "speaks protocol '7'",
        "speaks the protocol",
        id="another version",
    ),
    pytest.param("answer({'name': 'n'})", "missing", "speaks the protocol", id="half an answer"),
    pytest.param(
        "answer(ABOUT | {'surprise': 1})", "surprise", "speaks the protocol", id="too much"
    ),
    pytest.param(
        'send(\'{"jsonrpc": "2.0", "id": 99, "result": {}}\')',
        "call 99",
        "speaks the protocol",
        id="another call",
    ),
]


@pytest.mark.parametrize(("behaviour", "what", "step"), BAD_ADAPTERS)
def test_an_adapter_that_cannot_be_spoken_to_is_one_line(
    wfc: Wfc, behaviour: str, what: str, step: str
) -> None:
    ended = wfc("run", "--impl", wfc.adapter(behaviour), WFC_START_WITHIN_S="2")
    assert (ended.status, ended.err.count("\n")) == (8, 1), ended
    assert what in ended.err
    assert step
    assert not (wfc.directory / "wfc-report").exists()


@pytest.mark.parametrize(("behaviour", "what", "step"), BAD_ADAPTERS)
def test_the_doctor_names_the_step_that_fails(
    wfc: Wfc, behaviour: str, what: str, step: str
) -> None:
    ended = wfc("doctor", "--impl", wfc.adapter(behaviour), WFC_START_WITHIN_S="2")
    assert ended.status == 8, ended
    failed = [line for line in ended.out.splitlines() if line.strip().startswith("FAIL")]
    assert [line.split(maxsplit=1)[1] for line in failed] == [step]
    assert what in ended.out
    assert ended.out.endswith(f"The adapter does not work: {step}.\n")


def test_the_doctor_finds_the_reference_well(wfc: Wfc) -> None:
    ended = wfc("doctor", "--impl", REFERENCE)
    assert ended.status == 0, ended
    assert ended.out.endswith("The adapter works.\n")
    assert "FAIL" not in ended.out


def test_a_limit_that_is_no_number_is_a_usage_error(wfc: Wfc) -> None:
    ended = wfc("doctor", "--impl", REFERENCE, WFC_START_WITHIN_S="soon")
    assert (ended.status, ended.err.count("\n")) == (4, 1)


def test_an_adapter_that_breaks_later_is_inconclusive_not_a_failure(wfc: Wfc) -> None:
    """The protocol is broken in the middle of a scenario: no one is to blame but the adapter."""
    adapter = wfc.adapter("answer(ABOUT)\nlines.readline()\nsend('oops')\nlines.read()")
    ended = wfc("run", "--impl", adapter, "--clause", "F-RST-03", *NO_MACHINES)
    assert ended.status == 7, ended
    assert "INCONCLUSIVE  F-RST-03" in ended.out
    assert "'oops'" in ended.out


# -- runs ----------------------------------------------------------------------------------


def test_a_run_leaves_a_report_that_can_be_shown_again(wfc: Wfc) -> None:
    ended = wfc(*TESTS, "--clause", "F-RST-03", "--gate")
    assert ended.status == 7, ended
    report = json.loads((wfc.directory / "wfc-report/latest/verdict.json").read_bytes())
    assert report["state"] == "finished"
    assert report["verdict"] == "INCOMPLETE"
    again = wfc("report", "wfc-report/latest")
    assert again.status == 0
    assert again.out.splitlines()[-3:] == ended.out.splitlines()[-3:]


def test_repeated_runs_are_one_report(wfc: Wfc) -> None:
    ended = wfc(*TESTS, "--clause", "F-RST-03", "--repeat", "2")
    assert ended.status == 0, ended
    report = json.loads((wfc.directory / "wfc-report/latest/verdict.json").read_bytes())
    assert {one["round"] for one in report["tests"]} == {1, 2}


def test_a_dry_run_lists_and_writes_nothing(wfc: Wfc) -> None:
    ended = wfc(*TESTS, "--clause", "F-RST-03", "--dry-run")
    assert ended.status == 0, ended
    assert "scenarios/test_restart.py::" in ended.out
    assert "would run" in ended.out
    assert not (wfc.directory / "wfc-report").exists()


def test_the_user_s_own_pytest_settings_do_not_leak_in(wfc: Wfc) -> None:
    (wfc.directory / "pytest.ini").write_text("[pytest]\naddopts = --nonsense\n", encoding="utf-8")
    (wfc.directory / "conftest.py").write_text("raise SystemExit('leaked')\n", encoding="utf-8")
    (wfc.directory / "scenarios").mkdir()
    ended = wfc(
        *(*TESTS, "--clause", "F-RST-03"),
        PYTEST_ADDOPTS="--nonsense",
        PYTEST_PLUGINS="no_such_plugin",
    )
    assert ended.status == 0, ended


def test_the_command_line_wins_over_the_settings(wfc: Wfc) -> None:
    text = (
        "[tool.worker-factory-conformance]\n"
        f'impl = "{REFERENCE}"\nclause = ["F-POOL-*"]\nout = "from-settings"\n'
    )
    (wfc.directory / "pyproject.toml").write_text(text, encoding="utf-8")
    ended = wfc("run", "--clause", "F-RST-03", *NO_MACHINES)
    assert ended.status == 0, ended
    report = json.loads((wfc.directory / "from-settings/latest/verdict.json").read_bytes())
    judged = [one["clause"] for one in report["clauses"] if one["verdict"] == "PASS"]
    assert "F-RST-03" in judged
    assert not any(clause.startswith("F-POOL") for clause in judged)


def test_fail_fast_ends_at_the_first_failure(wfc: Wfc) -> None:
    (wfc.directory / "broken.py").write_text(BROKEN, encoding="utf-8")
    ended = wfc(
        "run", "--impl", "py:broken:make", "--clause", "F-RST-*", "--fail-fast", *NO_MACHINES
    )
    assert ended.status == 1, ended
    report = json.loads((wfc.directory / "wfc-report/latest/verdict.json").read_bytes())
    failed = {one["clause"] for one in report["clauses"] if one["verdict"] == "FAIL"}
    played = [set(one["clauses"]) for one in report["tests"]]
    assert [bool(clauses & failed) for clauses in played].index(True) == len(played) - 1


def test_a_known_deviation_is_no_failure(wfc: Wfc) -> None:
    (wfc.directory / "broken.py").write_text(BROKEN, encoding="utf-8")
    (wfc.directory / "baseline.toml").write_text(
        "[[deviation]]\n"
        'clause = "F-RST-03"\n'
        'wrong = "wrong_errors|unexpected_outcomes|wrong_start_counts|unstruck_faults"\n'
        'reason = "not written yet"\n',
        encoding="utf-8",
    )
    run = ("run", "--impl", "py:broken:make", "--clause", "F-RST-03", *NO_MACHINES)
    assert "FAIL  F-RST-03" in wfc(*run).out
    assert "FAIL  F-RST-03" not in wfc(*run, "--baseline", "baseline.toml").out
    stale = wfc(*TESTS, "--clause", "F-RST-03", "--baseline", "baseline.toml")
    assert stale.status == 6, stale
    assert "STALE  F-RST-03" in stale.out


def test_a_scenario_that_hangs_is_an_error_of_the_suite(wfc: Wfc) -> None:
    """The outermost ring: exit 3, the report written, no process left."""
    (wfc.directory / "impatient.py").write_text(IMPATIENT, encoding="utf-8")
    ended = wfc.python("impatient.py", *TESTS, "--clause", "F-START-14")
    assert ended.status == 3, ended
    report = json.loads((wfc.directory / "wfc-report/latest/verdict.json").read_bytes())
    assert report["exit_code"] == 3
    assert "hangs" in report["errors"][0]


@pytest.mark.parametrize("arguments", [(), ("baseline",)])
def test_without_a_command_the_help_is_laid_out(wfc: Wfc, arguments: tuple[str, ...]) -> None:
    ended = wfc(*arguments)
    assert (ended.status, ended.out) == (4, ""), ended
    assert ended.err.startswith("Usage: wfc")
    assert "\nCommands:\n" in ended.err
