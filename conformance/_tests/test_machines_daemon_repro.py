"""`repro.py` of a daemon's case: where nothing but the standard library is to be had."""

from __future__ import annotations

import ast
import os
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from conformance._tests.daemon_repro_bench import REFERENCE, DaemonBench
from conformance._tests.repro_bench import (
    CANNOT_REPLAY,
    FIXED,
    STILL_FAILS,
    defined_twice,
    imported_by,
    make_impatient,
    run_script,
    start_script,
)
from conformance.door.messages import OwnDaemon
from conformance.drive import sandbox
from conformance.evidence.daemon_scenario import (
    AnyStep,
    Connect,
    DaemonScenario,
    End,
    HupDaemon,
    Leave,
    Origin,
    RequestKill,
    Say,
    SignalWorker,
    Task,
)
from conformance.evidence.scenario import Wrong
from conformance.machines import daemon_play
from conformance.machines.daemon_file import keep_daemon_case
from conformance.machines.daemon_hunt import Caught
from conformance.machines.daemon_play import DaemonPlayed
from conformance.machines.daemon_repro import PARTS, daemon_repro_text
from conformance.machines.daemon_repro_player.kinship import Family
from conformance.machines.joining import joined
from conformance.machines.repro_player.world import CannotReplay
from conformance.observe import processes

if TYPE_CHECKING:
    from collections.abc import Iterator

FAKE = "fake_daemons.well_behaved"
C1, C2, C3 = (Connect(connection=name) for name in ("c1", "c2", "c3"))
READY = (C1, Say(connection="c1", what="right"))
TASK = Task(connection="c1")
KILL = RequestKill(whom=("c1",))


@pytest.fixture
def bench(tmp_path: Path) -> DaemonBench:
    sandbox.become_subreaper()  # an orphan of a script would be our child
    return DaemonBench(tmp_path)


class Broken(NamedTuple):
    """A mutant, how it is caught, and what the script says then."""

    mutant: str
    steps: tuple[AnyStep, ...]
    says: str


BROKEN = [
    Broken("ignores_kill", (*READY, KILL), "step 3, request kill of c1: D-12"),
    Broken("dies_of_sighup", (HupDaemon(),), "step 1, SIGHUP to the daemon: D-19"),
    Broken("ignores_hang_up", (End(),), "step 1, hang up: D-17"),
    Broken("ignores_sigterm", (C1, End(how="TERM")), "step 2, SIGTERM to the daemon: D-18"),
    Broken("ends_with_deserted_worker", (C1, Leave(connection="c1")), "step 2, close c1: D-10"),
    Broken("scatters_workers", (C1,), "step 1, connect c1: D-06"),
    Broken("replies_early", (C1, HupDaemon(), Say(connection="c1", what="half")), "D-07"),
    Broken("accepts_any_secret", (C1, Say(connection="c1", what="wrong")), "D-08"),
    Broken("forks_spares", (C1,), "expected whoever serves no connection has ended"),
    Broken("leaves_zombies", (*READY, KILL), "D-21"),
    Broken("never_reuses", (*READY, TASK, TASK), "step 4, task c1: D-29"),
    Broken("shares_signals", (*READY, SignalWorker(connection="c1", signal="TERM")), "D-22"),
    Broken("kills_strangers", (C1, RequestKill(whom=("stranger", "c1"))), "D-15"),
    Broken("dies_of_bad_kill", (RequestKill(whom=("nobody",), how="halves"),), "D-13"),
    Broken("workers_outstay", (*READY, Leave(connection="c1", how="reset")), "D-33"),
]


@pytest.mark.parametrize("broken", BROKEN, ids=[one.mutant for one in BROKEN])
def test_a_failure_still_fails_on_the_mutant_and_is_fixed_elsewhere(
    bench: DaemonBench, broken: Broken
) -> None:
    module = f"reference_impl.mutants.daemon_{broken.mutant}"
    bench.write(*broken.steps, module=module)
    for other in (REFERENCE, FAKE):
        fixed = bench.run(other)
        assert fixed.code == FIXED, fixed.text
        assert f"FIXED on {other}" in fixed.text
    make_impatient(bench.directory)
    failed = bench.run()
    assert failed.code == STILL_FAILS, failed.text
    assert f"STILL FAILS on {module}" in failed.text
    assert broken.says in " ".join(failed.text.split())


ALL = (
    *READY,
    TASK,
    TASK,
    C2,
    Say(connection="c2", what="half"),
    C3,
    Say(connection="c3", what="huge"),
    Connect(connection="c4"),
    Say(connection="c4", what="bytes"),
    SignalWorker(connection="c4", signal="CHLD"),
    Say(connection="c2", what="rest"),
    RequestKill(whom=("stranger", "nobody", "c4"), how="bytes"),
    RequestKill(whom=("c4",)),
    HupDaemon(),
    Leave(connection="c1", how="reset"),
    Connect(connection="c5"),
    Say(connection="c5", what="nothing"),
)


@pytest.mark.parametrize("module", [REFERENCE, FAKE, "reference_impl.variants.forker"])
@pytest.mark.parametrize("how", ["hang_up", "hang_up_amid", "TERM", "INT", "KILL"])
def test_every_kind_of_step_and_no_false_alarm(bench: DaemonBench, module: str, how: str) -> None:
    bench.write(*ALL, End(how=how))  # type: ignore[arg-type] # one of them
    came = bench.run(module)
    assert came.code == FIXED, came.text
    assert len(re.findall(r"^ +\d+ ", came.text, re.MULTILINE)) == len(ALL) + 1


@pytest.mark.parametrize("module", [REFERENCE, FAKE])
def test_workers_that_serve_one_task(bench: DaemonBench, module: str) -> None:
    bench.write(*READY, TASK, Leave(connection="c1"), C2, End(), reuse=False)
    came = bench.run(module)
    assert came.code == FIXED, came.text


def test_clauses_that_do_not_bind_have_no_say(bench: DaemonBench) -> None:
    module = "reference_impl.mutants.daemon_scatters_workers"
    bench.write(C1, module=module)
    text = (bench.directory / "repro.py").read_text(encoding="utf-8")
    bench.keep(re.sub(r'^  "D-06": .*\n', "", text, flags=re.MULTILINE))
    came = bench.run()
    assert came.code == FIXED, came.text


# -- what cannot be replayed -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("no.such",), "No module named 'no'"),
        (("silent",), "silent announces no port: exit status 3"),
        (("fake_daemons.exits_before_announcing",), "announces no port"),
        (("--python", "/no/such/python"), "no program '/no/such/python'"),
        (("--python", "repro.py"), "no program 'repro.py'"),
    ],
)
def test_what_cannot_be_replayed_says_why_in_a_line(
    bench: DaemonBench, arguments: tuple[str, ...], why: str
) -> None:
    (bench.directory / "silent.py").write_text("raise SystemExit(3)\n", encoding="utf-8")
    bench.write(C1)
    came = bench.run(*arguments)
    assert came.code == CANNOT_REPLAY, came.text
    title, told = came.text.split("\n", 1)
    assert title == "What it does"
    assert re.fullmatch(r"CANNOT REPLAY: [^\n]+(\n[^\n]+){0,2}\n", told), told
    assert why in " ".join(told.split())


def test_another_interpreter_may_have_the_module(bench: DaemonBench) -> None:
    bench.write(C1, End())
    named = bench.run(REFERENCE, "--python", sys.executable)
    assert named.code == FIXED, named.text
    assert f"FIXED on {REFERENCE} by {sys.executable}" in " ".join(named.text.split())


# -- what it leaves alone, and behind --------------------------------------------------------


@pytest.mark.parametrize("mutant", ["daemon_ignores_hang_up", "daemon_leaves_workers"])
def test_nothing_is_left_behind(bench: DaemonBench, mutant: str) -> None:
    bench.write(*READY, C2, C3, End(how="hang_up"))
    make_impatient(bench.directory)
    came = bench.run(bench.write_teller(f"reference_impl.mutants.{mutant}"))
    assert came.code == STILL_FAILS, came.text
    bench.assert_nothing_left()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_behind_when_it_is_stopped(bench: DaemonBench, number: int) -> None:
    """It waits for a worker that nobody kills when the signal comes."""
    bench.write(*READY, C2, KILL)
    teller = bench.write_teller("reference_impl.mutants.daemon_ignores_kill")
    script = start_script(bench.directory, teller)
    try:
        assert script.stdout is not None
        while "3 connect c2" not in script.stdout.readline():
            assert script.poll() is None
        script.send_signal(number)
        told, _ = script.communicate(timeout=10)
    finally:
        script.kill()
        script.wait()
    assert (script.returncode, told) == (CANNOT_REPLAY, "CANNOT REPLAY: this script was stopped\n")
    bench.assert_nothing_left()


#: A daemon that passes a bystander off as its worker, and kills whomever it is told to.
LIAR = """\
import os
from contextlib import suppress
from reference_impl import wire
from reference_impl.daemon import Daemon, run
from reference_impl.forked import ForkedWorker

class Liar(ForkedWorker):
    def acknowledge(self):
        self.sock.sendall(wire.pack_int({pid}))

class Lying(Daemon):
    worker_class = Liar

    def kill(self, pid):
        with suppress(ProcessLookupError):
            os.kill(pid, 9)

if __name__ == "__main__":
    run(Lying)
"""


@pytest.fixture
def bystander() -> Iterator[int]:
    process = sandbox.start([sys.executable, "-c", "import signal; signal.pause()"], env={})
    yield process.pid
    lives = process.exit_status() is None
    process.end()
    assert lives


@pytest.mark.parametrize("step", [KILL, SignalWorker(connection="c1", signal="KILL")])
def test_a_foreign_pid_is_neither_signalled_nor_named_to_the_daemon(
    bench: DaemonBench, bystander: int, step: AnyStep
) -> None:
    """Though no clause binds that would end the play at once."""
    (bench.directory / "liar.py").write_text(LIAR.format(pid=bystander), encoding="utf-8")
    bench.write(*READY, step)
    text = (bench.directory / "repro.py").read_text(encoding="utf-8")
    bench.keep(re.sub(r'^  "D-(05|06|10)": .*\n', "", text, flags=re.MULTILINE))
    make_impatient(bench.directory)
    came = run_script(bench.directory, "liar")
    assert came.code != FIXED, came.text
    assert processes.is_alive(bystander)


def test_only_descendants_get_signals(bystander: int) -> None:
    family = Family(os.getpid(), "no token")
    assert not family.has(0)
    assert not family.has(-1)
    for pid in (1, bystander):
        assert not family.has(pid)
        with pytest.raises(CannotReplay, match=f"pid {pid} is no process of this script"):
            family.signal(pid, signal.SIGKILL)


# -- the text --------------------------------------------------------------------------------

SCENARIO = DaemonScenario(
    clauses=("D-12",),
    profile="spark-4.3",
    steps=(*READY, TASK, KILL),
    origin=Origin(
        wrongs=(Wrong(clause="D-12", wrong="surviving_processes", expected="e", actual="a"),)
    ),
)
MUTANT = "reference_impl.mutants.daemon_ignores_kill"


def script_text() -> str:
    return daemon_repro_text(SCENARIO, OwnDaemon(module=MUTANT))


def test_a_case_has_a_script(bench: DaemonBench) -> None:
    played = DaemonPlayed(
        findings=(),
        steps=SCENARIO.steps,
        judged=frozenset(),
        stderr="",
        history="",
        own=bench.own(MUTANT),
    )
    case = keep_daemon_case(Caught(scenario=SCENARIO, played=played), bench.directory / "cases")
    place = Path(case.file).parent
    assert sorted(file.name for file in place.iterdir()) == [
        "history.ndjson",
        "repro.py",
        "scenario.yaml",
        "stderr.txt",
    ]
    make_impatient(place)
    came = run_script(place)
    assert came.code == STILL_FAILS, came.text
    assert came.text.startswith("A kill request makes the daemon send SIGKILL to its worker")


def test_its_head_says_what_failed_and_how_to_replay_it() -> None:
    head = script_text().partition("\nfrom __future__")[0]
    assert "connect c1 · say the secret on c1 · task c1 · request kill of c1" in head
    assert f"Found on {MUTANT}:" in head
    assert "D-12 surviving_processes: expected e; actual a" in head
    assert "python repro.py [MODULE] [--python EXE]" in head
    assert all(line.startswith("#") for line in head.splitlines() if line)


def test_it_imports_the_standard_library_alone() -> None:
    assert imported_by(script_text()) <= set(sys.stdlib_module_names)


def test_no_two_of_its_parts_define_the_same_name() -> None:
    assert defined_twice(script_text()) == []


def test_it_judges_by_the_clauses_by_which_the_suite_judges() -> None:
    assert daemon_play.__file__ is not None
    suites = Path(daemon_play.__file__).read_text(encoding="utf-8")
    clauses = [set(re.findall(r'"(D-\d\d)"', text)) for text in (suites, joined(PARTS))]
    assert clauses[0] == clauses[1]


def test_equal_failures_make_equal_texts() -> None:
    assert script_text() == script_text()


def test_texts_from_outside_break_out_of_nothing() -> None:
    nasty = "x\"\"\"\n'''\\ {0} %s\x85"
    wrong = Wrong(clause=nasty, wrong=nasty, expected=nasty, actual=nasty)
    scenario = DaemonScenario(title=nasty, steps=(C1,), origin=Origin(wrongs=(wrong,)))
    ast.parse(daemon_repro_text(scenario, OwnDaemon(module=nasty, python_path=nasty)))
