"""The daemons' machine: its model, its drawing, its files; on the reference and on mutants."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given, settings

from conformance._tests.repro_bench import FIXED, STILL_FAILS, run_script
from conformance.errors import UsageError
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
    phrase,
)
from conformance.machines.arena import Arena
from conformance.machines.daemon_file import (
    daemon_scenario_text,
    is_daemons,
    keep_daemon_case,
    read_daemon_scenario,
)
from conformance.machines.daemon_hunt import DaemonHunt, shorten
from conformance.machines.daemon_play import play_daemon
from conformance.plan.daemon_drawing import daemon_scenarios
from conformance.plan.daemon_model import DaemonModel, Phase, sensible
from conformance.stage.opening import Search, Wanted, open_run

from .command import Wfc

if TYPE_CHECKING:
    from conformance.machines.daemon_hunt import Caught
    from conformance.stage.opening import Opened

READY = (Connect(connection="c1"), Say(connection="c1", what="right"))
HALF = (Connect(connection="c1"), Say(connection="c1", what="half"))


def model_after(*steps: AnyStep, reuse: bool = True) -> DaemonModel:
    model = DaemonModel(reuse=reuse)
    for step in steps:
        assert model.is_possible(step), phrase(step)
        model.take(step)
    return model


# -- the model -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "phase"),
    [
        ((Connect(connection="c1"),), Phase.WAITING),
        (HALF, Phase.HALF),
        ((*HALF, Say(connection="c1", what="rest")), Phase.READY),
        ((Connect(connection="c1"), Say(connection="c1", what="bytes")), Phase.READY),
        ((Connect(connection="c1"), Say(connection="c1", what="wrong")), Phase.ENDED),
        ((Connect(connection="c1"), Say(connection="c1", what="huge")), Phase.LOST),
        ((*READY, Task(connection="c1"), Task(connection="c1")), Phase.READY),
        ((*READY, Leave(connection="c1")), Phase.ENDED),
        ((*READY, SignalWorker(connection="c1", signal="CHLD")), Phase.READY),
        ((*READY, SignalWorker(connection="c1", signal="TERM")), Phase.ENDED),
        ((*READY, RequestKill(whom=("nobody", "c1", "c1"))), Phase.ENDED),
        ((*READY, RequestKill(whom=("nobody",)), HupDaemon()), Phase.READY),
    ],
)
def test_a_connection_goes_on_by_what_is_done(steps: tuple[AnyStep, ...], phase: Phase) -> None:
    assert model_after(*steps).phases == {"c1": phase}


def test_without_reuse_a_worker_takes_one_task() -> None:
    model = model_after(*READY, Task(connection="c1"), reuse=False)
    assert model.phases == {"c1": Phase.SPENT}
    assert not model.is_possible(Task(connection="c1"))


@pytest.mark.parametrize(
    "step",
    [
        Connect(connection="c1"),
        Say(connection="c1", what="right"),
        Say(connection="c2", what="right"),
        Task(connection="c2"),
        Leave(connection="c2"),
        SignalWorker(connection="c2", signal="TERM"),
        RequestKill(whom=("c2",)),
        RequestKill(whom=("c1", "stranger")),
    ],
)
def test_what_makes_no_sense_is_refused(step: AnyStep) -> None:
    assert not model_after(*READY).is_possible(step)


def test_nothing_follows_the_end() -> None:
    model = model_after(*READY, End())
    later: tuple[AnyStep, ...] = (Connect(connection="c2"), HupDaemon(), End())
    assert not any(map(model.is_possible, later))


def test_steps_that_lost_their_reason_are_left_out() -> None:
    assert sensible((*READY[1:], HupDaemon(), End()), reuse=True) == (HupDaemon(), End())


# -- what is drawn ---------------------------------------------------------------------------

DRAWN: list[DaemonScenario] = []


@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(daemon_scenarios())
def test_each_step_that_is_drawn_makes_sense(scenario: DaemonScenario) -> None:
    assert sensible(scenario.steps, reuse=scenario.daemon.reuse) == scenario.steps
    assert isinstance(scenario.steps[0], Connect)
    assert isinstance(scenario.steps[-1], End)
    DRAWN.append(scenario)


def test_every_kind_of_step_is_drawn() -> None:
    assert {type(step) for one in DRAWN for step in one.steps} == set(get_args(AnyStep))


# -- files -----------------------------------------------------------------------------------


@settings(max_examples=20, derandomize=True, database=None, deadline=None)
@given(daemon_scenarios())
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, scenario: DaemonScenario
) -> None:
    path = tmp_path_factory.mktemp("case") / "scenario.yaml"
    path.write_text(daemon_scenario_text(scenario), encoding="utf-8")
    assert is_daemons(path)
    assert read_daemon_scenario(path) == scenario


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("daemon: {}\nsteps: [{do: dance}]", "dance"),
        ("daemon: {}\nsteps: [{do: task, connection: c1}]", "`task c1` makes no sense"),
        ("daemon: {speed: 1}\n", "speed"),
        ("daemon: {}\nclauses: [D-99]\n", "D-99"),
        ("daemon: {}\nprofile: spark-9.9\n", "spark-9.9"),
        ("daemon: [\n", "no scenario: "),
    ],
)
def test_a_mistake_in_a_file_is_told(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=what):
        read_daemon_scenario(path)


# -- shortening ------------------------------------------------------------------------------


def test_a_scenario_is_shortened_to_what_it_takes() -> None:
    steps = (*READY, HupDaemon(), Connect(connection="c2"), Task(connection="c1"), End())
    shortest = shorten(DaemonScenario(steps=steps), lambda one: Task(connection="c1") in one.steps)
    assert shortest.steps == (*READY, Task(connection="c1"))


def test_what_is_left_is_made_simpler() -> None:
    """One worker, named in one piece, is what a kill request comes down to."""
    request = RequestKill(whom=("nobody", "c1"), how="halves")
    shortest = shorten(
        DaemonScenario(steps=(*READY, request)),
        lambda one: any(isinstance(each, RequestKill) for each in one.steps),
    )
    assert shortest.steps[-1] == RequestKill(whom=("c1",))


# -- on real daemons -------------------------------------------------------------------------


def opened_on(impl: str) -> Opened:
    return open_run(Wanted(impl=impl, profile="spark-4.3"))


def hunt(impl: str, effort: str = "default") -> tuple[Caught | None, DaemonHunt]:
    opened = opened_on(impl)
    try:
        hunting = DaemonHunt(Arena(opened.run, opened.ledger.terms), Origin(implementation=impl))
        return hunting.search(Search(effort=effort)), hunting  # type: ignore[arg-type] # a test
    finally:
        opened.run.close()


def test_nothing_is_found_on_the_reference() -> None:
    caught, hunting = hunt("py:reference_impl:make")
    assert (caught, hunting.examples) == (None, 15)
    assert {"D-05", "D-08", "D-12", "D-14", "D-17", "D-33"} <= hunting.judged


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("mutant", "clause", "most"),
    [
        ("daemon_ignores_kill", "D-12", 2),
        ("daemon_dies_of_sighup", "D-19", 1),
        ("daemon_ignores_hang_up", "D-17", 2),
        ("daemon_ends_with_deserted_worker", "D-10", 2),
    ],
)
def test_a_mutant_is_caught_by_its_clause_in_few_steps(mutant: str, clause: str, most: int) -> None:
    caught, _ = hunt(f"mutant:{mutant}")
    assert caught is not None
    assert caught.scenario.clauses[0] == clause
    assert len(caught.scenario.steps) <= most, caught.scenario.steps


@pytest.fixture
def wfc(tmp_path: Path) -> Wfc:
    (tmp_path / "place").mkdir()
    return Wfc(tmp_path / "place")


@pytest.mark.timeout(120)
def test_a_case_can_be_played_again(wfc: Wfc) -> None:
    caught, _ = hunt("mutant:daemon_ignores_kill")
    assert caught is not None
    case = keep_daemon_case(caught, wfc.directory)
    assert case.steps == tuple(map(phrase, caught.scenario.steps))
    failing = wfc("replay", case.file)
    assert (failing.status, failing.err) == (1, "")
    assert "D-12  surviving_processes" in failing.out
    fixed = wfc("replay", case.file, "--daemon", "reference_impl.daemon")
    assert (fixed.status, fixed.err) == (0, "")
    assert fixed.out.splitlines()[-1] == "FIXED  reference_impl.daemon by profile spark-4.3"
    other = ("--daemon", "reference_impl.daemon", "--python", sys.executable)
    assert wfc("replay", case.file, *other).status == 0
    assert run_script(Path(case.file).parent).code == STILL_FAILS
    assert run_script(Path(case.file).parent, "reference_impl.daemon").code == FIXED


def test_a_scenario_of_no_daemon_wants_one(wfc: Wfc) -> None:
    (wfc.directory / "case.yaml").write_text("daemon: {}\nsteps: [{do: end}]\n", encoding="utf-8")
    ended = wfc("replay", "case.yaml")
    assert (ended.status, ended.err.count("\n")) == (4, 1)
    assert "--daemon MODULE" in ended.err


def test_nothing_is_done_to_a_daemon_before_it_has_announced_its_port() -> None:
    """A signal that came before would end it, as its handlers are not there yet."""
    opened = open_run(Wanted(impl="py:reference_impl:make"))
    scenario = DaemonScenario(clauses=("D-19",), steps=(HupDaemon(),))
    try:
        with Arena(opened.run, opened.ledger.terms).stage() as stage:
            assert play_daemon(scenario, stage, 10.0).findings == ()
            whats = [(seen.what, seen.keys.get("do", "")) for seen in stage.history]
    finally:
        opened.run.close()
    told = [what for what, do in whats if what == "step" or do.startswith("announces")]
    assert told[:2] == ["as_factory", "step"]
