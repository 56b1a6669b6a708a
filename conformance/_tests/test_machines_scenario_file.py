"""Scenario files: what is written is read again, and a mistake is told in one line."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Any, cast, get_args

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from conformance.contract.clauses import CLAUSES
from conformance.contract.profiles import PROFILES
from conformance.door.find import ROOT
from conformance.errors import UsageError
from conformance.evidence.outcomes import CountsAs
from conformance.evidence.scenario import (
    AnyStep,
    Arm,
    Asked,
    Cease,
    Create,
    Exchange,
    Expectation,
    FactorySettings,
    Gate,
    GatePoint,
    KillDaemon,
    KillWorker,
    Origin,
    Release,
    Scenario,
    Stop,
    StopWorker,
    Together,
    Wrong,
)
from conformance.machines.daemon_file import read_daemon_scenario
from conformance.machines.scenario_check import check
from conformance.machines.scenario_file import parse_scenario, read_scenario, write_scenario
from conformance.machines.scenario_text import scenario_text
from conformance.plan.mischief import MISCHIEFS

if TYPE_CHECKING:
    from pathlib import Path

# -- writing and reading --------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
KINDS = st.sampled_from(get_args(CountsAs))
COUNTS = st.none() | st.integers(0, 5)
PYTHONS = ("first", "second")
FAULTS = st.sampled_from([fault for fault, one in MISCHIEFS.items() if not one.is_simple])


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Scenarios that can be played, of all kinds of steps, with texts that are hard to write."""
    teller = Teller(draw)
    steps = [teller.step() for _ in range(draw(st.integers(0, 6)))]
    return Scenario(
        title=draw(TEXTS),
        clauses=tuple(draw(st.lists(st.sampled_from([one.id for one in CLAUSES]), max_size=2))),
        profile=draw(st.sampled_from(["", *PROFILES])),
        repeat=draw(st.integers(1, 1000)),
        factories=teller.factories,
        steps=tuple(steps),
        origin=draw(st.none() | st.builds(Origin, wrongs=st.tuples(wrongs()), machine=TEXTS)),
    )


def wrongs() -> st.SearchStrategy[Wrong]:
    return st.builds(Wrong, clause=TEXTS, wrong=TEXTS, expected=TEXTS, actual=TEXTS)


class Teller:
    """Makes up steps that fit together."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        names = st.text(string.ascii_lowercase, min_size=1, max_size=3)
        env = st.dictionaries(TEXTS, TEXTS, max_size=2)
        settings_of = st.builds(FactorySettings, env=env, python=st.sampled_from(PYTHONS))
        self.factories = draw(st.dictionaries(names, settings_of, min_size=1, max_size=2))
        self.workers: list[str] = []
        self.made = 0

    def factory(self) -> str:
        return self.draw(st.sampled_from(sorted(self.factories)))

    def step(self) -> Any:
        match self.draw(st.integers(0, 2)):
            case 0:
                return self.deed()
            case 1:
                return self.together()
            case _:
                return self.operation(self.workers)

    def deed(self) -> Any:
        owner = self.factory()
        match self.draw(st.integers(0, 3)):
            case 0 if self.workers:
                return KillWorker(worker=self.draw(st.sampled_from(self.workers)))
            case 1:
                return Cease(factory=owner)
            case 2:
                times = self.draw(st.integers(1, 9))
                return Arm(fault=self.draw(FAULTS), times=times, factory=owner)
            case _:
                return KillDaemon(factory=owner)

    def operation(self, workers: list[str]) -> Any:
        if workers and not self.draw(st.integers(0, 3)):
            expect = self.draw(self.expectations())
            return Exchange(worker=self.draw(st.sampled_from(workers)), expect=expect)
        return self.asked(workers)

    def asked(self, workers: list[str]) -> Asked:
        expect = self.draw(st.none() | self.expectations())
        kind = self.draw(st.sampled_from([Create, Release, StopWorker, Stop]))
        if kind is Stop:
            return Stop(factory=self.factory(), expect=expect)
        if kind is not Create and workers:
            of_worker = cast("type[Release | StopWorker]", kind)
            return of_worker(worker=self.draw(st.sampled_from(workers)), expect=expect)
        self.made += 1
        workers.append(f"w{self.made}")
        return Create(worker=workers[-1], factory=self.factory(), expect=expect)

    def expectations(self) -> st.SearchStrategy[Expectation]:
        return st.builds(
            Expectation, counts_as=st.tuples(KINDS), starts=COUNTS, kill_requests=st.just(())
        )

    def together(self) -> Together:
        known = list(self.workers)
        branches: list[tuple[Asked, ...]] = []
        for _ in range(self.draw(st.integers(0, 2))):
            mine = list(known)
            branches.append(tuple(self.asked(mine) for _ in range(self.draw(st.integers(0, 2)))))
            self.workers += mine[len(known) :]
        self.made += 1
        gate = Gate(
            name=f"g{self.made}",
            point=self.draw(st.sampled_from(get_args(GatePoint))),
            factory=self.factory(),
        )
        moves = [gate.name, *(f"b{number + 1}" for number in range(len(branches)))]
        schedule = self.draw(st.lists(st.sampled_from(moves), max_size=3))
        return Together(branches=tuple(branches), gates=(gate,), schedule=tuple(schedule))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(scenarios())
def test_what_is_written_is_read_again(scenario: Scenario) -> None:
    assert check(scenario) == ()
    text = scenario_text(scenario)
    assert parse_scenario(text.encode()) == scenario
    assert scenario_text(parse_scenario(text)) == text


SMALL = Scenario(
    title="An idle worker: handed to one caller",
    clauses=("F-POOL-12", "F-CONC-01"),
    profile="documented",
    steps=(
        Create(worker="w1"),
        Arm(fault="acknowledge=pid:-1", times=2),
        Together(
            branches=((Create(worker="w2"), Release(worker="w2")), (Create(worker="w3"),)),
            gates=(Gate(name="g1", point="announce"),),
            schedule=("b1", "b2", "g1"),
        ),
    ),
    origin=Origin(implementation="mutant:lifo_pool"),
)

WRITTEN = """\
# An idle worker: handed to one caller
# Again: wfc replay case.yaml --impl mutant:lifo_pool --profile documented
# Format: docs/scenarios.md
wfc: 1
title: 'An idle worker: handed to one caller'
clauses: [F-POOL-12, F-CONC-01]
profile: documented
factories:
  f1: {}
steps:
- {do: create, worker: w1}
- {do: arm, fault: 'acknowledge=pid:-1', times: 2}
- do: together
  branches:
  - - {do: create, worker: w2}
    - {do: release, worker: w2}
  - - {do: create, worker: w3}
  gates:
  - {name: g1, point: announce}
  schedule: [b1, b2, g1]
origin:
  implementation: mutant:lifo_pool
"""


def test_each_step_stands_on_one_line(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    write_scenario(path, SMALL)
    assert path.read_text(encoding="utf-8") == WRITTEN
    assert read_scenario(path) == SMALL


def test_a_title_cannot_break_out_of_its_comment() -> None:
    text = scenario_text(Scenario(title="one\ntwo: three"))
    assert text.startswith("# one two: three\n# Again")
    assert parse_scenario(text).title == "one\ntwo: three"


# -- mistakes -------------------------------------------------------------------------------------

TOGETHER = "steps:\n- do: together\n  branches: [[{do: create, worker: w1}], [{do: stop}]]\n"

MISTAKES = {
    # text of the file: line, place, and a word of the message
    "wfc: 2": (1, "$.wfc", "format 1"),
    "- a": (1, "$", "Expected `object`"),
    "title: yes": (1, "$.title", "in quotes"),
    "title: 2020-01-01": (1, "$.title", "in quotes"),
    "wfc: 1\nrepeat: 0": (2, "$.repeat", ">= 1"),
    "wfc: 1\nfactories:\n  f1:\n    use_demon: 1": (4, "$.factories[...]", "use_demon"),
    "factories: {F: {}}": (1, "$.factories", "regex"),
    "steps:\n- {do: create}": (2, "$.steps[0]", "`worker`"),
    "steps:\n- {do: nix}": (2, "$.steps[0].do", "one of create, exchange"),
    "clauses:\n- F-POOL-01\n- F-POOL-99": (3, "$.clauses[1]", "wfc list clauses"),
    "profile: spark-9": (1, "$.profile", "there is no profile"),
    "steps:\n\n- {do: release, worker: w1}": (3, "$.steps[0].worker", "not created"),
    "steps:\n- {do: kill_worker, worker: w1}": (2, "$.steps[0].worker", "not created"),
    "steps:\n- {do: create, worker: w}\n- {do: create, worker: w}": (
        3,
        "$.steps[1].worker",
        "another name",
    ),
    "steps:\n- {do: stop, factory: f2}": (2, "$.steps[0].factory", "declare it"),
    "steps:\n- {do: arm, fault: 'accept=reset@g1'}": (2, "$.steps[0].fault", "take accept=reset"),
    "steps:\n- {do: arm, fault: 'offer=wrong'}": (2, "$.steps[0].fault", "starts none"),
    "steps:\n- {do: stop, expect: {outcome: returns, counts_as: [other]}}": (
        2,
        "$.steps[0].expect.counts_as",
        "leave one",
    ),
    "steps:\n- {do: create, worker: w, expect: {same_as: v}}": (
        2,
        "$.steps[0].expect.same_as",
        "not created",
    ),
    TOGETHER + "  schedule: [b1, b3]": (4, "$.steps[0].schedule[1]", "one of b1, b2"),
    TOGETHER + "  gates: [{name: b2, point: accept}]": (4, "$.steps[0].gates[0].name", "branch"),
    TOGETHER + "  gates:\n  - {name: g, point: start}\n  - {name: g, point: leave}": (
        6,
        "$.steps[0].gates[1].name",
        "twice",
    ),
    TOGETHER + "  gates: [{name: g, point: start, factory: f2}]": (
        4,
        "$.steps[0].gates[0].factory",
        "declare it",
    ),
    TOGETHER.replace("{do: stop}", "{do: release, worker: w1}"): (
        3,
        "$.steps[0].branches[1][0].worker",
        "same branch",
    ),
    "factories: {f1: {use_daemon: false}}\n" + TOGETHER + "  gates: [{name: g, point: accept}]": (
        5,
        "$.steps[0].gates[0].point",
        "no daemon",
    ),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_told_in_one_line_with_its_place(text: str) -> None:
    line, place, word = MISTAKES[text]
    with pytest.raises(UsageError) as caught:
        parse_scenario(text, "my.yaml")
    message = str(caught.value)
    assert message.startswith(f"my.yaml:{line}: {place}: ")
    assert word in message
    assert "\n" not in message


NO_SCENARIOS = {
    "": "empty",
    "a: [": ":1: no scenario",
    "a: 1\nb: 1\na: 2": ":3: no scenario: a stands twice",
    "a: &x 1": "anchors",
    "a: *x": "anchors",
    "[" * 30 + "]" * 30: "nested deeper",
    "--- 1\n--- 2": "another document",
    "? [a]\n: 1": "unhashable",
    "a: !!python/object/apply:os.getpid []": "constructor",
    "a: \x07": "special characters",
}


@pytest.mark.parametrize("text", NO_SCENARIOS)
def test_what_is_no_document_of_ours_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_scenario(text, "my.yaml")
    assert NO_SCENARIOS[text] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_scenario(tmp_path / "none.yaml")
    path = tmp_path / "case.yaml"
    path.write_bytes(b"title: \xff")
    with pytest.raises(UsageError, match="save it as UTF-8"):
        read_scenario(path)
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(UsageError, match="longer than 1000000 bytes"):
        read_scenario(path)


def test_a_worker_of_one_branch_is_known_after_both() -> None:
    later = "- {do: release, worker: w1}"
    steps = parse_scenario(TOGETHER + later).steps
    assert msgspec.structs.asdict(steps[1])["worker"] == "w1"


def test_simple_workers_pass_the_gates_they_have() -> None:
    text = "factories: {f1: {use_daemon: false}}\n" + TOGETHER
    assert parse_scenario(text + "  gates: [{name: g, point: leave}]").steps


# -- the page ------------------------------------------------------------------------------------

PAGE = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")


def test_the_examples_of_the_page_can_be_read(tmp_path: Path) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    of_daemons = [text for text in examples if "\ndaemon:" in text]
    of_factories = [text for text in examples if text not in of_daemons]
    assert len(of_factories) >= 2
    assert len(of_daemons) >= 1
    for text in of_factories:
        assert parse_scenario(text).steps
    for text in of_daemons:
        (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
        assert read_daemon_scenario(tmp_path / "scenario.yaml").steps


@pytest.mark.parametrize("fault", MISCHIEFS)
def test_the_page_names_every_fault(fault: str) -> None:
    assert f"`{fault}`" in PAGE


@pytest.mark.parametrize("name", [*get_args(GatePoint), *get_args(CountsAs)])
def test_the_page_names_every_gate_and_kind_of_error(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("form", [*get_args(AnyStep), Expectation, FactorySettings, Gate, Scenario])
def test_the_page_names_every_step_and_every_key(form: type[msgspec.Struct]) -> None:
    tag = form.__struct_config__.tag
    names = {*form.__struct_fields__, *([str(tag)] if tag else [])}
    assert [name for name in sorted(names) if f"`{name}`" not in PAGE] == []
