"""What is drawn: it names only what exists, depends on the model alone, and leaves nothing out."""

from __future__ import annotations

import subprocess  # noqa: TID251 - draws once more in an interpreter that hashes otherwise
import sys
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import Phase, given, seed, settings

from conformance.contract.clauses import find
from conformance.contract.lifecycles import WorkerState
from conformance.contract.profiles import PROFILES
from conformance.door.find import ROOT
from conformance.evidence.scenario import (
    AnyStep,
    Arm,
    Cease,
    Create,
    Exchange,
    KillDaemon,
    KillWorker,
    Release,
    Scenario,
    Stop,
    StopWorker,
    Together,
    worker_factories,
)
from conformance.machines.scenario_check import check
from conformance.plan.drawing import (
    choose_fault,
    is_of_start,
    make_step,
    provoking,
    recovery,
    scenarios,
    settling,
    targets,
)
from conformance.plan.mischief import MISCHIEFS, mischiefs_for
from conformance.plan.model import Model
from conformance.plan.outlook import Outlook
from conformance.plan.repertoire import FAULTS, REPERTOIRES, SIMPLE
from conformance.plan.state import State

if TYPE_CHECKING:
    from conformance.plan.repertoire import Kind, Repertoire

EXAMPLES = 80
PLAYED = [
    *((name, "documented") for name in REPERTOIRES),
    ("faults", "spark-4.3"),
    ("simple", "spark-3.5"),
]
every = pytest.mark.parametrize(("name", "profile"), PLAYED)


def draw(name: str, profile: str, number: int, examples: int) -> tuple[Scenario, ...]:
    drawn: list[Scenario] = []

    @seed(number)
    @settings(max_examples=examples, phases=[Phase.generate], database=None, deadline=None)
    @given(scenarios(REPERTOIRES[name], PROFILES[profile]))
    def keep(scenario: Scenario) -> None:
        drawn.append(scenario)

    keep()
    return tuple(drawn)


@cache
def drawn(name: str, profile: str) -> tuple[Scenario, ...]:
    return draw(name, profile, 1, EXAMPLES)


def kind_of(outlook: Outlook, step: AnyStep) -> str:
    """Which kind of step it is, by how its worker stands."""
    plain = {
        Create: "create",
        Exchange: "exchange",
        Stop: "stop",
        Arm: "arm",
        Cease: "cease",
        KillDaemon: "kill_daemon",
        KillWorker: "kill_worker",
        Together: "together",
    }
    if not isinstance(step, (Release, StopWorker)):
        return plain[type(step)]
    verb = "release" if isinstance(step, Release) else "stop"
    if step.worker in outlook.workers(WorkerState.IDLE):
        return "release_again" if verb == "release" else "stop_idle"
    if step.worker in outlook.workers(WorkerState.STOPPED):
        return "release_stopped" if verb == "release" else "stop_again"
    return "release" if verb == "release" else "stop_worker"


def kinds(scenario: Scenario, profile: str) -> list[str]:
    outlook, found = Outlook(PROFILES[profile], scenario.factories), list[str]()
    for step in scenario.steps:
        found.append(kind_of(outlook, step))
        outlook.take(step)
    return found


# -- each scenario --------------------------------------------------------------------------


@every
def test_a_scenario_names_only_what_exists(name: str, profile: str) -> None:
    for scenario in drawn(name, profile):
        assert check(scenario) == ()
        assert scenario.factories == REPERTOIRES[name].factories
        assert msgspec.convert(msgspec.to_builtins(scenario), Scenario) == scenario


@every
def test_a_scenario_begins_with_a_create_and_ends_with_a_recovery(name: str, profile: str) -> None:
    for scenario in drawn(name, profile):
        first = scenario.steps[0]
        assert isinstance(first.branches[0][0] if isinstance(first, Together) else first, Create)
        ends = list(scenario.steps)
        for factory in reversed(scenario.factories):
            exchange, create = ends.pop(), ends.pop()
            assert isinstance(exchange, Exchange)
            assert create == Create(worker=exchange.worker, factory=factory)
            while ends and isinstance(ends[-1], Create) and ends[-1].factory == factory:
                ends.pop()
            if ends[-1:] == [Cease(factory=factory)]:
                ends.pop()


@every
def test_every_step_makes_sense_when_it_comes(name: str, profile: str) -> None:
    repertoire = REPERTOIRES[name]
    for scenario in drawn(name, profile):
        outlook = Outlook(PROFILES[profile], scenario.factories)
        for step, kind in zip(scenario.steps, kinds(scenario, profile), strict=True):
            if isinstance(step, Together):
                assert repertoire.has_races
            elif isinstance(step, Arm):
                assert step.factory in targets(outlook, "arm")
                assert step.fault in outlook.armable(step.factory)
            else:
                acts_on = step.factory if isinstance(step, Create) else None
                acts_on = acts_on or getattr(step, "worker", None) or getattr(step, "factory", "")
                assert acts_on in targets(outlook, kind)  # type: ignore[arg-type]
            assert kind in {*repertoire.kinds, "together", "exchange"}
            outlook.take(step)


@every
def test_no_fault_is_left_in_the_end_and_no_clause_unclaimed(name: str, profile: str) -> None:
    for scenario in drawn(name, profile):
        left: dict[str, set[State]] = {one: {State()} for one in scenario.factories}
        models = {one: Model(PROFILES[profile], made) for one, made in scenario.factories.items()}
        owners = worker_factories(scenario)
        *_, final = (step for step in scenario.steps if isinstance(step, Create))
        for step in scenario.steps:
            if isinstance(step, Together):
                break
            owner = owners.get(getattr(step, "worker", ""), getattr(step, "factory", ""))
            if isinstance(step, (Arm, Cease, KillDaemon, KillWorker)):
                left[owner] = {Model.after(state, step) for state in left[owner]}
                continue
            assert step != final or not any(state.armed for state in left[owner])
            branches = [
                branch for state in left[owner] for branch in models[owner].branches(state, step)
            ]
            left[owner] = {branch.state for branch in branches} or left[owner]
            clauses = {branch.clause for branch in branches}
            bound = {one for one in clauses if PROFILES[profile].applies(find(one))}
            assert bound <= set(REPERTOIRES[name].clauses)


# -- callers at the same time ---------------------------------------------------------------


def test_each_worker_is_given_back_by_one_caller() -> None:
    for scenario in drawn("races", "documented"):
        meetings = [one for one in scenario.steps if isinstance(one, Together)]
        assert meetings
        for together in meetings:
            assert len(together.branches) > 1
            calls = [call for branch in together.branches for call in branch]
            named = [call.worker for call in calls if not isinstance(call, Stop)]
            assert len(set(named)) == len(named)
            gates = [gate.name for gate in together.gates]
            moves = [f"b{at}" for at, branch in enumerate(together.branches, 1) for _ in branch]
            assert Counter(together.schedule) == (Counter(gates + moves) if gates else Counter())


def test_callers_meet_with_gates_and_without() -> None:
    steps = [step for one in drawn("races", "documented") for step in one.steps]
    meetings = [step for step in steps if isinstance(step, Together)]
    assert {min(len(one.gates), 2) for one in meetings} == {0, 1, 2}
    calls = {type(call) for one in meetings for branch in one.branches for call in branch}
    assert calls == {Create, Release, StopWorker, Stop}


# -- what all this depends on ---------------------------------------------------------------

AGAIN = """
import sys, msgspec
from conformance._tests.test_plan_drawing import REPERTOIRES, draw
for name in REPERTOIRES:
    print(msgspec.json.encode(draw(name, "spark-4.3", 7, 20)).decode())
"""


def test_same_seed_same_scenarios_however_an_interpreter_hashes() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-c", AGAIN],
            cwd=ROOT,
            env={"PYTHONHASHSEED": salt, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for salt in ("1", "2")
    ]
    assert told[0] == told[1]
    assert len(told[0].splitlines()) == len(REPERTOIRES)


def test_another_seed_another_scenario() -> None:
    assert draw("faults", "documented", 1, 10) == draw("faults", "documented", 1, 10)
    assert draw("faults", "documented", 1, 10) != draw("faults", "documented", 2, 10)


# -- nothing is left out --------------------------------------------------------------------


@every
def test_every_kind_of_step_is_drawn(name: str, profile: str) -> None:
    met = Counter(kind for one in drawn(name, profile) for kind in kinds(one, profile))
    assert set(met) >= set(REPERTOIRES[name].kinds)
    assert min(met.values()) >= EXAMPLES // 20
    lengths = [one.length for one in drawn(name, profile)]
    assert min(lengths) <= 5 + 2 * len(REPERTOIRES[name].factories)
    assert max(lengths) >= 15


@pytest.mark.parametrize("repertoire", [FAULTS, SIMPLE], ids=lambda one: one.name)
def test_every_effect_is_drawn_and_every_fault_can_be(repertoire: Repertoire) -> None:
    known = mischiefs_for(PROFILES["spark-4.3"], use_daemon=repertoire.factories["f1"].use_daemon)
    steps = [step for one in draw(repertoire.name, "spark-4.3", 3, 120) for step in one.steps]
    arms = [step for step in steps if isinstance(step, Arm)]
    effects = Counter(MISCHIEFS[arm.fault].effect for arm in arms)
    assert set(effects) == {MISCHIEFS[fault].effect for fault in known}
    assert {arm.times for arm in arms} == {1, 2}
    chosen = {choose_fault([*known], effect, at) for effect in range(10) for at in range(10)}
    assert chosen == {*known}


def test_faults_are_chosen_by_their_effect_first() -> None:
    faults = ["accept=close", "authenticate=half", "accept=reset"]
    chosen = [choose_fault(faults, effect, which) for effect in range(2) for which in range(3)]
    assert chosen == ["accept=close", "authenticate=half", "accept=close"] + ["accept=reset"] * 3


# -- the outlook ----------------------------------------------------------------------------


def outlook_after(*steps: AnyStep, profile: str = "documented", name: str = "faults") -> Outlook:
    outlook = Outlook(PROFILES[profile], REPERTOIRES[name].factories)
    for step in steps:
        outlook.take(step)
    return outlook


C1, C2 = Create(worker="w1"), Create(worker="w2")


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((), {"create": ["f1"], "arm": ["f1"]}),
        (
            (C1,),
            {"exchange": ["w1"], "release": ["w1"], "stop": ["f1"], "kill_daemon": ["f1"]},
        ),
        ((C1, Release(worker="w1")), {"release": [], "stop_idle": ["w1"], "kill_worker": ["w1"]}),
        ((C1, StopWorker(worker="w1")), {"stop_again": ["w1"], "kill_worker": [], "stop": ["f1"]}),
        ((C1, KillWorker(worker="w1")), {"exchange": [], "release": ["w1"], "stop_worker": ["w1"]}),
        ((C1, KillWorker(worker="w1"), Exchange(worker="w1")), {"release": ["w1"]}),
        ((C1, KillDaemon()), {"kill_daemon": [], "stop": ["f1"], "exchange": ["w1"]}),
        ((C1, Stop()), {"stop": [], "kill_daemon": [], "release": ["w1"]}),
        ((C1, Release(worker="w1"), C2), {"release": ["w2"], "release_again": []}),
        ((Arm(fault="start=exit:3"), C1), {"exchange": [], "cease": ["f1"]}),
        ((C1, Arm(fault="start=exit:3")), {"cease": ["f1"]}),
        ((C1, Arm(fault="start=exit:3"), Cease()), {"cease": []}),
    ],
)
def test_targets(steps: tuple[AnyStep, ...], expected: dict[Kind, list[str]]) -> None:
    outlook = outlook_after(*steps)
    assert {kind: targets(outlook, kind) for kind in expected} == expected


@pytest.mark.parametrize(
    ("kind", "target", "step"),
    [
        ("create", "f1", Create(worker="w1")),
        ("exchange", "w9", Exchange(worker="w9")),
        ("release", "w9", Release(worker="w9")),
        ("release_again", "w9", Release(worker="w9")),
        ("release_stopped", "w9", Release(worker="w9")),
        ("stop_worker", "w9", StopWorker(worker="w9")),
        ("stop_idle", "w9", StopWorker(worker="w9")),
        ("stop_again", "w9", StopWorker(worker="w9")),
        ("kill_worker", "w9", KillWorker(worker="w9")),
        ("kill_daemon", "f2", KillDaemon(factory="f2")),
        ("cease", "f2", Cease(factory="f2")),
        ("stop", "f2", Stop(factory="f2")),
    ],
)
def test_steps_are_made_for_their_target(kind: Kind, target: str, step: AnyStep) -> None:
    assert make_step(outlook_after(), kind, target) == step


def test_one_fault_at_a_point() -> None:
    outlook = outlook_after(Arm(fault="accept=close"))
    points = {MISCHIEFS[fault].point for fault in outlook.armable("f1")}
    assert "accept" not in points
    assert "authenticate" in points


@pytest.mark.parametrize(("profile", "may_stay"), [("spark-3.5", False), ("spark-4.3", True)])
def test_a_fault_that_may_have_stayed_is_taken_back(profile: str, *, may_stay: bool) -> None:
    outlook = outlook_after(Arm(fault="authenticate=reset", times=2), C1, profile=profile)
    assert not outlook.states["f1"].armed
    assert ("authenticate=half" in outlook.armable("f1")) is not may_stay
    assert outlook.armed() == ["f1"]  # whether it has struck is not known for sure
    assert recovery(outlook)[0] == Cease()


@pytest.mark.parametrize("name", ["faults", "simple"])
def test_what_provokes_a_fault_makes_it_strike(name: str) -> None:
    use_daemon = REPERTOIRES[name].factories["f1"].use_daemon
    for fault in mischiefs_for(PROFILES["spark-4.3"], use_daemon=use_daemon):
        outlook = outlook_after(C1, Arm(fault=fault), profile="spark-4.3", name=name)
        assert is_of_start(fault) == fault.startswith(("start", "announce"))
        assert outlook.armed() == ["f1"]
        for kind in provoking(fault):
            outlook.take(make_step(outlook, kind, targets(outlook, kind)[0]))
        assert not outlook.states["f1"].armed


def test_whoever_has_a_worker_parts_with_it_in_the_end() -> None:
    outlook = outlook_after(C1, C2, Create(worker="w3"), KillWorker(worker="w1"))
    steps = settling(outlook)
    parted = {step.worker for step in steps if isinstance(step, (Release, StopWorker))}
    assert len(parted) == len(steps) == 2  # the third stays with its owner
    assert {type(step) for step in steps} == {Release, StopWorker}


def test_a_recovery_comes_to_a_living_worker() -> None:
    dead = (C1, Release(worker="w1"), KillWorker(worker="w1"))
    assert len(recovery(outlook_after(*dead, profile="spark-4.3"))) == 2
    outlook = outlook_after(*dead, profile="spark-3.5")
    steps = recovery(outlook)
    assert steps == [Create(worker="w1"), Create(worker="w2"), Exchange(worker="w2")]


def test_callers_at_the_same_time_are_taken_one_by_one() -> None:
    together = Together(branches=((C1, Release(worker="w1")), (C2,)))
    outlook = outlook_after(together)
    assert outlook.workers(WorkerState.LEASED) == ["w2"]
    assert outlook.states["f1"].leases == (("w1", 0), ("w2", 0))
