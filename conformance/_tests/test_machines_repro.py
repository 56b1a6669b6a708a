"""`repro.py`: replays a failure where nothing but the standard library is to be had."""

from __future__ import annotations

import ast
import re
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from conformance._tests.repro_bench import (
    CANNOT_REPLAY,
    FIXED,
    REFERENCE,
    STILL_FAILS,
    WRONG,
    Bench,
    defined_twice,
    imported_by,
    traces_of,
)
from conformance.door.find import ROOT
from conformance.evidence.observations import Observation
from conformance.evidence.scenario import (
    Arm,
    Create,
    Exchange,
    Expectation,
    FactorySettings,
    Gate,
    KillDaemon,
    KillWorker,
    Release,
    Scenario,
    Stop,
    StopWorker,
    Together,
    Wrong,
)
from conformance.machines.repro import fakes_zip, repro_text
from conformance.machines.scenario_file import parse_scenario

if TYPE_CHECKING:
    from pathlib import Path

NEW = Observation(outcome="new")
QUIET = Observation(outcome="returns", starts=0, connections=0, kill_requests=())

ORDER = Scenario(
    title="Released first, handed out first",
    clauses=("F-POOL-02",),
    profile="documented",
    steps=(
        Create(worker="w1"),
        Create(worker="w2"),
        Release(worker="w1"),
        Release(worker="w2"),
        Create(worker="w3"),
    ),
)
ALLOWED = (
    [Observation(outcome="new", starts=1, connections=1)],
    [Observation(outcome="new", starts=0, connections=1)],
    [QUIET],
    [QUIET],
    [Observation(outcome="same:w1", starts=0, connections=0, answers=True)],
)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_failure_still_fails_on_what_it_was_found_on_and_is_fixed_elsewhere(bench: Bench) -> None:
    bench.write(ORDER, ALLOWED, "mutant:lifo_pool")
    failed = bench.run()
    assert failed.code == STILL_FAILS, failed.text
    assert "STILL FAILS on mutant:lifo_pool" in failed.text
    assert "step 5, create w3: allowed w1 again" in failed.text
    fixed = bench.run(REFERENCE)
    assert fixed.code == FIXED, fixed.text
    assert f"FIXED on {REFERENCE}" in fixed.text
    assert traces_of(bench.directory) == []


def test_what_is_expected_is_judged_though_everything_is_allowed(bench: Bench) -> None:
    expect = Expectation(outcome="raises", counts_as=("socket_error",))
    bench.write(Scenario(steps=(Create(worker="w1", expect=expect),)))
    came = bench.run()
    assert came.code == STILL_FAILS, came.text
    assert "expected raises as socket_error; w1 is a new one" in came.text


def test_faults_gates_and_kills(bench: Bench) -> None:
    """A restart, an order of two callers forced by a gate, deaths of worker and daemon."""
    race = Together(
        branches=((Create(worker="w2"), Release(worker="w2")), (Create(worker="w3"),)),
        gates=(Gate(name="g1", point="acknowledge"),),
        schedule=("b1", "b2", "g1"),
    )
    steps = (
        Arm(fault="accept=reset"),
        Create(worker="w1", expect=Expectation(starts=2, connections=2)),
        race,
        StopWorker(worker="w1", expect=Expectation(kill_requests=("w1",))),
        KillWorker(worker="w3"),
        Exchange(worker="w3", expect=Expectation(outcome="raises")),
        KillDaemon(),
        Create(worker="w4", expect=Expectation(same_as="w2", starts=0)),
        Create(worker="w5", expect=Expectation(starts=1)),
        Stop(),
    )
    both = Observation(branches=((NEW, Observation(outcome="returns")), (NEW,)))
    allowed: list[list[Observation]] = [[] for _ in steps]
    allowed[2] = [both]
    bench.write(Scenario(steps=steps), allowed)
    came = bench.run()
    assert came.code == FIXED, came.text
    assert traces_of(bench.directory) == []


def test_callers_that_get_the_same_worker(bench: Bench) -> None:
    """The outcomes of a Together are allowed as a whole: two new ones are not."""
    pair = Together(branches=((Create(worker="w2"),), (Create(worker="w3"),)))
    steps = (Create(worker="w1"), Release(worker="w1"), pair)
    again = Observation(outcome="same:w1")
    scenario = Scenario(steps=steps, repeat=2)
    either = [Observation(branches=((one,), (two,))) for one, two in ((NEW, again), (again, NEW))]
    bench.write(scenario, [[NEW], [QUIET], either])
    came = bench.run()
    assert came.code == FIXED, came.text
    bench.write(scenario, [[NEW], [QUIET], [Observation(branches=((NEW,), (NEW,)))]])
    came = bench.run()
    assert came.code == STILL_FAILS, came.text
    assert "allowed a new worker | a new worker" in came.text


def test_simple_workers_and_two_factories(bench: Bench) -> None:
    factories = {"f1": FactorySettings(use_daemon=False), "f2": FactorySettings(python="second")}
    steps = (
        Create(worker="w1", factory="f1", expect=Expectation(starts=1, connections=0)),
        Create(worker="w2", factory="f2", expect=Expectation(starts=1, connections=1)),
        Exchange(worker="w1", expect=Expectation(outcome="returns")),
        Stop(factory="f1"),
    )
    bench.write(Scenario(factories=factories, steps=steps))
    came = bench.run()
    assert came.code == FIXED, came.text


# -- what is left of a factory once all is still ---------------------------------------------------

W1, W2, W3 = (Create(worker=name) for name in ("w1", "w2", "w3"))
BREAKING_OFF = Together(
    branches=((W1,), (Stop(),)),
    gates=(Gate(name="g1", point="accept"),),
    schedule=("b1", "b2", "g1"),
)


class Deep(NamedTuple):
    """A mutant that gives itself away by nothing that its callers are told."""

    mutant: str
    scenario: Scenario
    wrong: str


DEEP = [
    Deep(
        "leaks_second_failure",
        Scenario(steps=(Arm(fault="authenticate=reply:OK"), Arm(fault="accept=reset"), W1)),
        "step 3, create w1: connections to daemons that are held and belong to no worker: 1",
    ),
    Deep(
        "restart_closes_reused",
        Scenario(steps=(W1, Release(worker="w1"), KillDaemon(), W2, W3)),
        "was cut off, and nobody has stopped it",
    ),
    Deep(
        "simple_files_by_count",
        Scenario(
            factories={"f1": FactorySettings(use_daemon=False)},
            steps=(W1, W2, StopWorker(worker="w1"), W3),
        ),
        "after the last step, stop f1: simple workers of f1 that live: pids",
    ),
    Deep(
        "stop_misses_a_young_daemon",
        Scenario(steps=(BREAKING_OFF,)),
        "daemons of f1 that live: pids",
    ),
    Deep(
        "stop_spares_older_workers",
        Scenario(steps=(W1, KillDaemon(), W2, Release(worker="w1"))),
        "after the last step, stop f1: idle at f1: pids",
    ),
    Deep(
        "keeps_broken_daemon",
        Scenario(steps=(Arm(fault="start=exit:3"), W1)),
        "on record; must have: None",
    ),
    Deep(
        "registers_before_auth",
        Scenario(steps=(Arm(fault="authenticate=reply:err"), W1)),
        "is registered at f1 and was never handed out",
    ),
    Deep(
        "silent_restart",
        Scenario(steps=(Arm(fault="accept=reset"), W1)),
        "nothing was logged at WARN that begins with 'Failed to open socket to Python daemon'",
    ),
]


@pytest.mark.parametrize("deep", DEEP, ids=[one.mutant for one in DEEP])
def test_what_is_left_of_a_factory_is_looked_at(bench: Bench, deep: Deep) -> None:
    bench.write_foreseen(deep.scenario)
    fixed = bench.run()
    assert fixed.code == FIXED, fixed.text
    bench.make_impatient()
    failed = bench.run(f"mutant:{deep.mutant}")
    assert failed.code == STILL_FAILS, failed.text
    assert deep.wrong in " ".join(failed.text.split())
    assert traces_of(bench.directory) == []


def test_though_everything_is_allowed_no_process_may_be_left(bench: Bench) -> None:
    bench.write(Scenario(steps=(W1, Stop())))
    bench.make_impatient()
    came = bench.run("mutant:stop_leaves_daemon")
    assert came.code == STILL_FAILS, came.text
    assert "all is stopped and closed; processes that live on: pids" in came.text


KEEPER = """\
import os
from reference_impl import make as _make

def make(*arguments, **options):
    factory = _make(*arguments, **options)
    create = factory.create
    def create_and_keep():
        worker, pid = create()
        os.dup(worker.fileno())
        return worker, pid
    factory.create = create_and_keep
    return factory
"""


def test_though_everything_is_allowed_no_connection_may_be_held(bench: Bench) -> None:
    (bench.directory / "keeper.py").write_text(KEEPER, encoding="utf-8")
    bench.write(Scenario(steps=(W1, StopWorker(worker="w1"))))
    came = bench.run("py:keeper:make")
    assert came.code == STILL_FAILS, came.text
    assert "all is stopped and closed; connections to daemons that are held: 1" in came.text


EAGER = """\
from reference_impl.attempt import Attempt
from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

class Eager(PythonWorkerFactory):
    def __init__(self, settings):
        super().__init__(settings)
        self.keeper.start(self.secret, Attempt())

make = Maker(Eager)
"""


def test_a_factory_that_is_never_asked_for_anything_is_not_made_to_stop(bench: Bench) -> None:
    (bench.directory / "eager.py").write_text(EAGER, encoding="utf-8")
    factories = {"f1": FactorySettings(), "f2": FactorySettings()}
    bench.write_foreseen(Scenario(factories=factories, steps=(W1,)))
    came = bench.run("py:eager:make")
    assert came.code == FIXED, came.text


ADAPTER = """\
import sys
sys.path.insert(0, {root!r})
from conformance.adapters import python
python.main()
"""


def test_an_adapter_is_spoken_to_as_by_the_suite(bench: Bench) -> None:
    bench.write(ORDER, ALLOWED)
    (bench.directory / "adapter.py").write_text(ADAPTER.format(root=str(ROOT)), encoding="utf-8")
    came = bench.run(f"cmd:{sys.executable} adapter.py reference_impl.mutants.lifo_pool:make")
    assert came.code == STILL_FAILS, came.text
    assert "w3 is w2 again" in came.text
    assert traces_of(bench.directory) == []


@pytest.mark.parametrize("deep", [DEEP[0], *DEEP[-2:]], ids=["connections", "registry", "log"])
def test_an_adapter_is_looked_at_too(bench: Bench, deep: Deep) -> None:
    bench.write_foreseen(deep.scenario)
    bench.make_impatient()
    (bench.directory / "adapter.py").write_text(ADAPTER.format(root=str(ROOT)), encoding="utf-8")
    adapter = f"cmd:{sys.executable} adapter.py"
    came = bench.run(f"{adapter} reference_impl.mutants.{deep.mutant}:make")
    assert came.code == STILL_FAILS, came.text
    assert deep.wrong in " ".join(came.text.split())


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("spark:/opt/venv", "needs the suite"),
        ("py:no.such:make", "No module named 'no'"),
        ("cmd:/no/such/program", "No such file"),
        ("nonsense", "name one"),
        ("cmd:true", "gone away"),
    ],
)
def test_what_cannot_be_replayed_says_why(bench: Bench, name: str, why: str) -> None:
    bench.write(ORDER, ALLOWED)
    came = bench.run(name)
    assert came.code == CANNOT_REPLAY, came.text
    assert "CANNOT REPLAY: " in came.text
    assert why in " ".join(came.text.split())
    assert "Traceback" not in came.text


def test_the_examples_of_the_page_play(bench: Bench) -> None:
    page = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    for text in (one for one in examples if "\ndaemon:" not in one):
        bench.write(parse_scenario(text))
        came = bench.run()
        assert came.code == FIXED, came.text


# -- the text -------------------------------------------------------------------------------------


def script_text() -> str:
    fakes = fakes_zip(ROOT / "fake_daemons")
    return repro_text(ORDER, [*ALLOWED, []], "mutant:lifo_pool", [WRONG], fakes)


def test_its_head_says_what_failed_and_how_to_replay_it() -> None:
    head = script_text().partition("\nfrom __future__")[0]
    assert "# Released first, handed out first" in head
    assert "create w1 · create w2 · release w1 · release w2 · create w3" in head
    assert "F-POOL-02 wrong_handouts: expected w1; actual w2" in head
    assert all(line.startswith("#") for line in head.splitlines() if line)


def test_it_imports_the_standard_library_alone() -> None:
    assert imported_by(script_text()) <= set(sys.stdlib_module_names)


def test_no_two_of_its_parts_define_the_same_name() -> None:
    assert defined_twice(script_text()) == []


def test_equal_failures_make_equal_texts() -> None:
    assert script_text() == script_text()


def test_each_step_needs_its_observations() -> None:
    with pytest.raises(ValueError, match="0 lists of observations for 6 steps"):
        repro_text(ORDER, [], "mutant:lifo_pool", [], b"")


def test_texts_from_outside_break_out_of_nothing() -> None:
    nasty = "x\"\"\"\n'''\\ {0} %s\x85"
    scenario = Scenario(title=nasty, steps=())
    wrong = Wrong(clause=nasty, wrong=nasty, expected=nasty, actual=nasty)
    ast.parse(repro_text(scenario, [[]], nasty, [wrong], b""))
