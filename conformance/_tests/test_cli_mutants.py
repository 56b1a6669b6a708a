"""`wfc mutants` as a process: what it says of mutants that are not as they should be."""

from __future__ import annotations

import json
import re
import signal
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drive.clock import wait_until
from conformance.observe import processes

from .command import Ended, Wfc

if TYPE_CHECKING:
    from pathlib import Path

#: `wfc mutants` on a gallery in the directory that it runs in: `lesser`.
LESSER = """
import pathlib, sys
from conformance.cli.mutants.command import Options, run_mutants
from conformance.cli.mutants.gallery import Gallery
gallery = Gallery(
    directory=pathlib.Path("lesser").resolve(), impl="py:lesser.{}:make", **REFERENCE
)
names = [one for one in sys.argv[1:] if one != "--renew"]
options = Options(
    globs=tuple(names), jobs=2, gallery=gallery, is_renewing=len(names) < len(sys.argv) - 1
)
sys.exit(run_mutants(options))
"""
HEAD = '''"""{text}"""
import os
from reference_impl.factory import PythonWorkerFactory
from reference_impl.launch import Launcher
from reference_impl.making import Maker
CLAUSE = "F-START-04"
{rest}
'''
#: Breaks F-START-04, and F-START-05 in the same test.
VARIABLES = """
class _Launcher(Launcher):
    def environment(self, own):
        return {**super().environment(own), **self.settings.env_vars}
class _Factory(PythonWorkerFactory):
    launcher_class = _Launcher
make = Maker(_Factory)
"""
MUTANTS = {
    "flawless": ("Makes no mistake.", "make = Maker(PythonWorkerFactory)"),
    "sloppy": ("Lets the caller win.", VARIABLES),
    "honest": ("Lets the caller win, and says so.", 'ALSO = ("F-START-05",)' + VARIABLES),
    "mute": ("Does not even start.", 'raise RuntimeError("out of order")'),
    "murderous": (
        "Takes the suite along.",
        "os.kill(os.getppid(), 9)\nmake = Maker(PythonWorkerFactory)",
    ),
}


@pytest.fixture
def wfc(tmp_path: Path) -> Wfc:
    return Wfc(tmp_path)


def lesser(wfc: Wfc, *names: str, reference: str = "") -> Ended:
    """Run the command on a gallery of these mutants."""
    gallery = wfc.directory / "lesser"
    gallery.mkdir()
    for name in names:
        text, rest = MUTANTS[name]
        (gallery / f"{name}.py").write_text(HEAD.format(text=text, rest=rest), encoding="utf-8")
    told = f"dict(reference='py:lesser.{reference}:make')" if reference else "{}"
    return wfc.python("-c", LESSER.replace("REFERENCE", told), *names)


def report_of(wfc: Wfc) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((wfc.directory / "wfc-report" / "mutants.json").read_bytes())
    return found


# -- what becomes of a mutant --------------------------------------------------------------


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("mutant", "status", "line"),
    [
        ("honest", 0, r"killed +honest +F-START-04 +\d+\.\d\d s  test_environment\.py::\S+"),
        ("flawless", 1, r"survived +flawless +F-START-04 +F-START-04 was kept in \d+ tests"),
        ("sloppy", 1, r"unexpected +sloppy +F-START-04 .* not declared, but fell: F-START-05"),
        ("mute", 1, r"no handshake +mute +F-START-04 +py:lesser\.mute:make could not be st"),
        ("murderous", 3, r"error +murderous +F-START-04 +its process ended with status -9"),
    ],
)
def test_a_mutant_gets_its_line_and_the_command_its_code(
    mutant: str, status: int, line: str, wfc: Wfc
) -> None:
    ended = lesser(wfc, mutant)
    assert re.search(line, ended.out), ended.out
    assert ended.status == status, ended.out
    assert f"exit {status}" in ended.out
    assert ended.err == ""
    assert report_of(wfc)["exit_code"] == status


@pytest.mark.timeout(120)
def test_why_a_mutant_does_not_start_is_told_in_full(wfc: Wfc) -> None:
    ended = lesser(wfc, "mute")
    assert "RuntimeError: out of order" in ended.out


@pytest.mark.timeout(120)
def test_one_bad_mutant_is_enough_and_all_are_told(wfc: Wfc) -> None:
    ended = lesser(wfc, "honest", "murderous", "sloppy")
    assert ended.status == 1
    assert "3 mutants · 1 killed · 1 unexpected · 1 error" in ended.out
    assert "  again       wfc mutants sloppy" in ended.out
    fates = {one["name"]: one["fate"] for one in report_of(wfc)["mutants"]}
    assert fates == {"honest": "killed", "murderous": "error", "sloppy": "unexpected"}


@pytest.mark.timeout(120)
def test_a_kill_proves_nothing_if_the_reference_fails_too(wfc: Wfc) -> None:
    ended = lesser(wfc, "honest", "sloppy", reference="sloppy")
    assert ended.status == 3
    assert "the reference, by documented: F-START-04 falls in" in ended.out
    assert report_of(wfc)["mutants"] == []


@pytest.mark.timeout(120)
def test_a_clause_without_a_mutant_fails_the_command(wfc: Wfc) -> None:
    ended = lesser(wfc, "honest")
    assert ended.status == 0
    ended = wfc.python("-c", LESSER.replace("REFERENCE", "{}"))
    assert ended.status == 1
    assert "no mutant     F-START-01  MUST  In daemon mode the factory starts no" in ended.out
    assert "F-START-04" not in "\n".join(
        line for line in ended.out.split("\n") if line.startswith("no mutant")
    )
    assert "148 clauses · 1 have a mutant" in ended.out


@pytest.mark.timeout(120)
def test_a_file_is_renewed_by_what_has_changed(wfc: Wfc) -> None:
    """The survivor is gone, its successor has not been played before; one stays as it was."""
    lesser(wfc, "honest", "flawless")
    (wfc.directory / "lesser" / "flawless.py").unlink()
    text, rest = MUTANTS["sloppy"]
    module = HEAD.format(text=text, rest=f'ALSO = ("F-START-05",)\n{rest}')
    (wfc.directory / "lesser" / "sloppy.py").write_text(module, encoding="utf-8")
    before = {one["name"]: one for one in report_of(wfc)["mutants"]}
    ended = wfc.python("-c", LESSER.replace("REFERENCE", "{}"), "--renew")
    told = report_of(wfc)
    assert [one["name"] for one in told["mutants"]] == ["honest", "sloppy"]
    assert told["mutants"][0] == before["honest"]
    assert told["renewed"] == ["sloppy"]
    assert {one["fate"] for one in told["mutants"]} == {"killed"}
    assert ended.status == 1  # almost every clause is without a mutant
    assert "honest" not in ended.out


# -- what is asked -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["lifo_poll"], "no mutant matches 'lifo_poll'; did you mean lifo_pool?"),
        (["F-RTS-*"], "no mutant matches 'F-RTS-*'"),
        (["--jobs", "0"], "--jobs"),
        (["--out", "/proc/nowhere", "lifo_pool"], "cannot write to /proc/nowhere"),
        (["--renew"], "mutants.json: No such file or directory"),
    ],
)
def test_a_usage_error_is_one_line(arguments: list[str], what: str, wfc: Wfc) -> None:
    ended = wfc("mutants", *arguments)
    assert ended.status == 4
    assert ended.out == ""
    assert what in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.timeout(120)
def test_mutants_are_named_by_name_or_clause(wfc: Wfc) -> None:
    ended = wfc("mutants", "F-POOL-02", "no_unbuf*")
    assert ended.status == 0, ended.out
    names = [one["name"] for one in report_of(wfc)["mutants"]]
    assert names == ["lifo_pool", "no_unbuffered", "prefers_warm_workers"]
    assert report_of(wfc)["clauses"] == []


@pytest.mark.parametrize(
    ("rest", "what"),
    [
        ('CLAUSE = "F-START-99"', "no clause 'F-START-99'"),
        ('MACHINE = "grinder"', "there is no machine 'grinder'"),
        ('PROFILE = "spark-9.9"', "no profile 'spark-9.9'"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_a_mistake_of_ours(
    rest: str, what: str, wfc: Wfc
) -> None:
    (wfc.directory / "lesser").mkdir()
    module = wfc.directory / "lesser" / "wrong.py"
    module.write_text(HEAD.format(text="Wrong.", rest=rest), encoding="utf-8")
    script = "from conformance.cli.mutants.gallery import Gallery as G; import pathlib\n"
    script += "try: G(directory=pathlib.Path('lesser')).mutants()\n"
    script += "except Exception as error: print(type(error).__name__, error)\n"
    ended = wfc.python("-c", script)
    assert ended.out.startswith("SuiteError mutant wrong: ")
    assert what in ended.out


# -- what comes between --------------------------------------------------------------------


@pytest.mark.timeout(120)
def test_an_interrupt_leaves_a_file_and_nothing_else(wfc: Wfc) -> None:
    """It comes while a mutant makes a call hang."""
    running = wfc.start("-m", "conformance", "mutants", "waits_for_port_for_ever")
    out = wfc.directory / "out"
    assert wait_until(lambda: _has_mutant(wfc), 60.0), out.read_text(encoding="utf-8")
    running.signal(signal.SIGINT)
    ended = running()
    assert ended.status == 2, ended.out
    assert "INTERRUPTED after 0 of 1" in ended.out
    assert (report_of(wfc)["state"], report_of(wfc)["exit_code"]) == ("interrupted", 2)


def _has_mutant(wfc: Wfc) -> bool:
    """Whether the adapter of the mutant runs."""
    pids = processes.with_variable("WFC_TEST_MARK", wfc.mark)
    return any("waits_for_port_for_ever:make" in _command(pid) for pid in pids)


def _command(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""
