"""`wfc replay` as a process: what it says of a scenario, and with which exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from .command import REFERENCE, Wfc

if TYPE_CHECKING:
    from pathlib import Path

ORDER = """\
wfc: 1
title: Released first, handed out first
clauses: [F-POOL-02]
steps:
- {do: create, worker: w1}
- {do: create, worker: w2}
- {do: release, worker: w1}
- {do: release, worker: w2}
- {do: create, worker: w3}
"""
ORIGIN = "origin: {machine: lifecycle, implementation: 'mutant:lifo_pool'}\n"
RACE = """\
wfc: 1
steps:
- {do: together, branches: [[{do: create, worker: w1}], [{do: create, worker: w2}]]}
"""


@pytest.fixture
def wfc(tmp_path: Path) -> Wfc:
    return Wfc(tmp_path)


def write(wfc: Wfc, text: str) -> str:
    (wfc.directory / "case.yaml").write_text(text, encoding="utf-8")
    return "case.yaml"


def test_what_still_fails_is_told_and_ends_with_1(wfc: Wfc) -> None:
    ended = wfc("replay", write(wfc, ORDER + ORIGIN))
    assert (ended.status, ended.err) == (1, "")
    lines = ended.out.splitlines()
    assert lines[0].startswith("create w1 · create w2 · release w1")
    assert lines[-1] == "STILL FAILS  mutant:lifo_pool by profile documented"
    assert any(line.split()[:2] == ["F-POOL-02", "wrong_handouts"] for line in lines)


def test_what_is_fixed_ends_with_0(wfc: Wfc) -> None:
    """On another implementation than it was found on."""
    ended = wfc("replay", write(wfc, ORDER + ORIGIN), "--impl", REFERENCE)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines()[-1] == f"FIXED  {REFERENCE} by profile documented"


def test_what_the_adapter_cannot_do_cannot_be_replayed(wfc: Wfc) -> None:
    """It answers one call after the other, and says so."""
    adapter = wfc.adapter("answer(ABOUT)\nfor _ in lines: pass")
    ended = wfc("replay", write(wfc, RACE), "--impl", adapter)
    assert ended.status == 7, ended
    assert ended.out.splitlines()[-1].startswith(f"CANNOT REPLAY  {adapter}: the adapter answers")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("steps: [", "case.yaml:1"),
        ("wfc: 2\nsteps: []\n", "case.yaml"),
        ("wfc: 1\nsteps: [{do: dance}]\n", "dance"),
        ("wfc: 1\nsteps: [{do: release, worker: w1}]\n", "w1"),
        ("wfc: 1\nsteps: [{do: arm, fault: accept=dance}]\n", "accept=dance"),
        ("wfc: 1\nclauses: [F-RTS-01]\nsteps: [{do: create, worker: w1}]\n", "F-RTS-01"),
    ],
)
def test_a_file_that_is_no_scenario_is_one_clear_line(wfc: Wfc, text: str, what: str) -> None:
    ended = wfc("replay", write(wfc, text), "--impl", REFERENCE)
    assert (ended.status, ended.out, ended.err.count("\n")) == (4, "", 1), ended
    assert ended.err.startswith("wfc: case.yaml")
    assert what in ended.err


@pytest.mark.parametrize(
    ("arguments", "status", "what"),
    [
        (["missing.yaml", "--impl", REFERENCE], 4, "missing.yaml"),
        (["case.yaml"], 4, "names no implementation: say which, by --impl KIND:ID"),
        (["case.yaml", "--impl", "java:x"], 4, "write one of"),
        (["case.yaml", "--impl", REFERENCE, "--profile", "spark-9.9"], 4, "'spark-9.9'"),
        (["case.yaml", "--impl", "py:no_such_module:make"], 8, "No module named"),
        (["case.yaml", "--impl", "cmd:/no/such/program"], 8, "no program"),
        (["case.yaml", "--impl", f"cmd:{sys.executable} -c pass"], 8, "started"),
    ],
)
def test_what_cannot_be_begun_is_one_clear_line(
    wfc: Wfc, arguments: list[str], status: int, what: str
) -> None:
    write(wfc, ORDER)
    ended = wfc("replay", *arguments)
    assert (ended.status, ended.out, ended.err.count("\n")) == (status, "", 1), ended
    assert what in ended.err


#: A daemon that greets whomever it has refused, in every third life.
MOODY = """\
from pathlib import Path
from reference_impl import wire
from reference_impl.daemon import Daemon, run
from reference_impl.forked import ForkedWorker

lives = Path(__file__).with_name("lives")
lives.write_text(lives.read_text() + "x" if lives.exists() else "x")

class Worker(ForkedWorker):
    def is_trusted(self):
        is_trusted = super().is_trusted()
        if not is_trusted and len(lives.read_text()) % 3 == 0:
            self.sock.sendall(wire.pack_text(wire.OK))
        return is_trusted

class Moody(Daemon):
    worker_class = Worker

if __name__ == "__main__":
    run(Moody)
"""
WRONG = """\
wfc: 1
daemon: {reuse: true}
steps:
- {do: connect, connection: c1}
- {do: say, connection: c1, what: wrong}
"""


@pytest.mark.parametrize(("repeat", "code"), [("", 0), ("repeat: 3\n", 1)])
def test_what_not_every_life_of_a_daemon_shows_is_repeated(
    wfc: Wfc, repeat: str, code: int
) -> None:
    (wfc.directory / "moody.py").write_text(MOODY, encoding="utf-8")
    ended = wfc("replay", write(wfc, WRONG + repeat), "--daemon", "moody")
    assert ended.status == code, ended
    assert (wfc.directory / "lives").read_text(encoding="utf-8") == "x" * (3 if code else 1)


def test_a_machine_says_that_chance_shows_it(wfc: Wfc) -> None:
    """Its case is replayed often enough, by the suite and by the script beside it."""
    (wfc.directory / "moody.py").write_text(MOODY, encoding="utf-8")
    found = wfc("run", "--daemon", "moody", "--clause", "D-08", "--effort", "quick")
    assert found.status == 1, found
    assert "chance inside the implementation decides" in found.out
    (case,) = (wfc.directory / "wfc-report" / "latest" / "cases").iterdir()
    assert "\nrepeat: 30\n" in (case / "scenario.yaml").read_text(encoding="utf-8")
    replayed = wfc("replay", str(case / "scenario.yaml"))
    assert replayed.status == 1, replayed
    scripted = wfc.python(str(case / "repro.py"))
    assert scripted.status == 1, scripted
    (wfc.directory / "moody.py").write_text(MOODY.replace("% 3 == 0", "< 0"), encoding="utf-8")
    assert wfc("replay", str(case / "scenario.yaml")).status == 0


@pytest.mark.parametrize("text", ["wfc: 1\n", "wfc: 1\nsteps: []\n", "daemon: {}\nwfc: 1\n"])
def test_nothing_is_not_fixed(wfc: Wfc, text: str) -> None:
    """A file that was cut off must not pass for a repair."""
    ended = wfc("replay", write(wfc, text), "--daemon", "reference_impl.daemon")
    if "daemon" not in text:
        ended = wfc("replay", "case.yaml", "--impl", REFERENCE)
    assert (ended.status, ended.out) == (4, ""), ended
    assert ended.err == "wfc: case.yaml: it has no steps, so that nothing would be played\n"
