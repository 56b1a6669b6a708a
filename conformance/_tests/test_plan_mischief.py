"""The faults that the machines draw: the fakes know them, and they do what the model says."""

from __future__ import annotations

import subprocess  # noqa: TID251 - the fakes are strangers, so their grammar is asked elsewhere
import sys
from itertools import product
from typing import TYPE_CHECKING

import pytest

from conformance.contract.profiles import PROFILES
from conformance.door.find import ROOT
from conformance.errors import UsageError
from conformance.evidence.scenario import (
    AnyStep,
    Arm,
    Cease,
    Create,
    FactorySettings,
    Release,
    Scenario,
    StopWorker,
)
from conformance.machines.performance import DRAWING
from conformance.machines.play import play
from conformance.plan.branch import Fails, Hands
from conformance.plan.mischief import MISCHIEFS, Effect, find_mischief, mischiefs_for
from conformance.plan.model import Model
from conformance.plan.state import State
from conformance.stage.opening import Wanted, open_run
from conformance.stage.record import Record
from conformance.stage.stage import Stage

from .plan_walks import SETTINGS, STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.stage.run import Run

PARSE = """
import sys
from fake_daemons.faults import parse
for line in sys.stdin:
    (fault,) = parse(line)
    print(fault.point)
"""


# -- what the fakes know --------------------------------------------------------------------


def test_every_fault_is_one_of_the_fakes() -> None:
    armed = "".join(f"{fault},ticket=t1:2\n" for fault in MISCHIEFS)
    told = subprocess.run(
        [sys.executable, "-c", PARSE],
        input=armed,
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert told.stdout.split() == [one.point for one in MISCHIEFS.values()]


def test_faults_are_found_by_their_text() -> None:
    assert all(fault == one.fault == find_mischief(fault).fault for fault, one in MISCHIEFS.items())
    with pytest.raises(UsageError, match=r"does not know the fault 'start=late'; it knows start="):
        find_mischief("start=late")


@pytest.mark.parametrize(
    ("fault", "profiles"),
    [
        ("accept=reset", set(PROFILES)),
        ("acknowledge=pid:gone", {f"spark-4.{line}" for line in range(4)}),
        ("offer=wrong", set(PROFILES)),
        (
            "pid=pid:-1",
            {name for name in PROFILES if name.startswith("spark-4") or name > "spark-3.1"},
        ),
    ],
)
def test_faults_are_drawn_where_the_contract_says_what_follows(
    fault: str, profiles: set[str]
) -> None:
    use_daemon = not MISCHIEFS[fault].is_simple
    drawn = {
        name
        for name, profile in PROFILES.items()
        if fault in mischiefs_for(profile, use_daemon=use_daemon)
    }
    assert drawn == profiles
    for profile in PROFILES.values():
        assert fault not in mischiefs_for(profile, use_daemon=not use_daemon)


def test_every_effect_has_a_fault() -> None:
    assert {one.effect for one in MISCHIEFS.values()} == set(Effect)


# -- two faults at a time -------------------------------------------------------------------


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("kind", ["daemon", "simple"])
def test_faults_in_pairs_leave_the_model_whole(name: str, kind: str) -> None:
    profile, settings = PROFILES[name], SETTINGS[kind]
    model = Model(profile, settings)
    faults = mischiefs_for(profile, use_daemon=settings.use_daemon)
    begun = [one.state for one in model.branches(State(), Create(worker="w1"))]
    for (one, other), start in product(product(faults, repeat=2), [State(), *begun]):
        state = Model.after(Model.after(start, Arm(fault=one, times=2)), Arm(fault=other))
        for first in model.branches(state, Create(worker="w2")):
            for second in model.branches(first.state, Create(worker="w3")):
                assert sum(armed.times for armed in second.state.armed) <= 3
                assert all(armed.times > 0 for armed in second.state.armed)
                ceased = Model.after(second.state, Cease())
                for last in model.branches(ceased, Create(worker="w4")):
                    assert isinstance(last.outcome, Hands)


def test_the_order_of_points_decides_not_that_of_arming() -> None:
    model = Model(PROFILES["documented"], SETTINGS["daemon"])
    late, early = Arm(fault="authenticate=reply:err"), Arm(fault="accept=close")
    for order in ((late, early), (early, late)):
        state = State()
        for arm in order:
            state = Model.after(state, arm)
        (branch,) = model.branches(state, Create(worker="w1"))
        assert branch.outcome == Fails(("end_of_stream", "other"))
        assert [armed.fault for armed in branch.state.armed] == ["authenticate=reply:err"]


# -- what really happens --------------------------------------------------------------------


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[str, Run]]:
    opened = {
        name: open_run(Wanted(impl="py:reference_impl:make", profile=name)).run for name in STEPS
    }
    yield opened
    for run in opened.values():
        run.close()


def played(run: Run, scenario: Scenario, name: str) -> list[str]:
    profile = PROFILES[name]
    stage = Stage(run, profile, Record((), profile), run.next_number())
    try:
        return list(map(str, play(scenario, stage, profile, DRAWING).findings))
    finally:
        stage.close()


#: Two profiles in full, and the one where a lost peer has one outcome alone.
PLAYED = [
    (name, fault)
    for name in STEPS
    for use_daemon in (True, False)
    for fault in mischiefs_for(PROFILES[name], use_daemon=use_daemon)
    if name != "spark-3.5" or MISCHIEFS[fault].effect is Effect.UNSURE
]


@pytest.mark.parametrize(("name", "fault"), PLAYED)
def test_the_reference_does_what_the_model_says(
    runs: dict[str, Run], name: str, fault: str
) -> None:
    use_daemon = not MISCHIEFS[fault].is_simple
    behind = (
        (StopWorker(worker="w1"), Release(worker="w2"))
        if fault.startswith("kill_request")
        else (Release(worker="w1"), Create(worker="w3"))
    )
    steps = (Arm(fault=fault), Create(worker="w1"), Create(worker="w2"), *behind)
    factories = {"f1": FactorySettings(use_daemon=use_daemon)}
    assert played(runs[name], Scenario(steps=steps, factories=factories), name) == []


@pytest.mark.parametrize(
    "faults",
    [
        ("authenticate=half", "authenticated=kill"),
        ("accept=crash", "accept=close"),
        ("acknowledge=crash", "acknowledge=pid:-1"),
        ("acknowledged=exit", "acknowledged=exit"),
    ],
    ids=" ".join,
)
def test_pairs_that_meet_in_one_process(runs: dict[str, Run], faults: tuple[str, str]) -> None:
    arms = [Arm(fault=fault) for fault in faults]
    creates = [Create(worker=name) for name in ("w1", "w2", "w3")]
    steps: tuple[AnyStep, ...] = (*arms, *creates)
    assert played(runs["spark-3.5"], Scenario(steps=steps), "spark-3.5") == []
