"""From a search to a case: hunts, arenas, explorations, and the files of what was found."""

from __future__ import annotations

import importlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec
import pytest
from hypothesis import given, seed, settings, strategies as st

from conformance.check import linearizability
from conformance.check.linearizability import BUDGET
from conformance.contract.clauses import find
from conformance.contract.deviations import Deviation
from conformance.drive.clock import now_s
from conformance.errors import EnvironmentFault, Undecided
from conformance.evidence.findings import Finding
from conformance.evidence.scenario import (
    Create,
    FactorySettings,
    Gate,
    Origin,
    Release,
    Scenario,
    StopWorker,
    Together,
)
from conformance.machines import concurrency
from conformance.machines.arena import Arena, Failure, FailureFound, Replayed
from conformance.machines.cases import case_id, keep
from conformance.machines.control import control_of
from conformance.machines.explore import explore, settings_for
from conformance.machines.hunt import EXAMPLES, Found, hunt, replay_until
from conformance.machines.performance import FULL
from conformance.machines.scenario_file import read_scenario
from conformance.plan.repertoire import REPERTOIRES
from conformance.stage.opening import Opened, Search, Wanted, open_run

from .command import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from conformance.evidence.scenario import AnyStep
    from conformance.machines.play import Play

HERE = Path(__file__).parent
QUICK = Search(effort="quick")
LIFO = (
    *(Create(worker="w1"), Create(worker="w2")),
    *(Release(worker="w1"), Release(worker="w2"), Create(worker="w3")),
)


@contextmanager
def opened(implementation: str) -> Generator[Opened]:
    run = open_run(Wanted(impl=implementation))
    try:
        yield run
    finally:
        run.run.close()


@pytest.fixture(scope="module")
def lifo() -> Iterator[Opened]:
    with opened("mutant:lifo_pool") as run:
        yield run


# -- hunts ----------------------------------------------------------------------------------


@pytest.mark.timeout(180)
def test_a_hang_is_found_shrunk_and_confirmed_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadlines of drawing, shrinking and confirming: 5 s, 20 s, 25 s, and some more."""
    monkeypatch.chdir(HERE)
    with opened("py:fickle_factories:hangs_after_two") as run:
        began_s = now_s()
        found = hunt(Arena(run.run, run.ledger.terms), "lifecycle", QUICK)
        took_s = now_s() - began_s
    assert found is not None
    assert found.replayed.findings[0].wrong == "endless_calls"
    assert found.scenario.steps == tuple(Create(worker=f"w{at}") for at in (1, 2, 3))
    assert took_s < 75.0


def test_what_does_not_show_again_is_no_failure_and_no_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The search goes on for all its examples, and proves nothing in the end."""
    monkeypatch.chdir(HERE)
    with opened("py:fickle_factories:fails_once") as run:
        arena = Arena(run.run, run.ledger.terms)
        with pytest.raises(EnvironmentFault, match=r"saw it, and not again.*by chance"):
            hunt(arena, "lifecycle", QUICK)
    assert len(arena.unconfirmed) == 1
    assert arena.failure is None
    assert arena.examples >= 8


PAIR = Together(branches=((Create(worker="w1"),), (Create(worker="w2"),)))


def grant(monkeypatch: pytest.MonkeyPatch, *budgets: int) -> None:
    """Grant the next searches for an order so many configurations, all others the usual."""
    left = iter(budgets)

    def search(initial: Any, operations: Any, step: Any) -> Any:
        return linearizability.search(initial, operations, step, next(left, BUDGET))

    monkeypatch.setattr(concurrency, "search", search)


def test_an_example_that_cannot_be_decided_proves_nothing_and_the_hunt_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grant(monkeypatch, 0)
    with opened(REFERENCE) as run:
        arena = Arena(run.run, run.ledger.terms)
        assert hunt(arena, "races", QUICK) is None
    assert (arena.undecided, arena.examples) == (1, EXAMPLES["quick"])
    assert "F-CONC-01" in arena.judged


def test_a_hunt_that_could_decide_nothing_is_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    grant(monkeypatch, *[0] * 1000)
    with opened(REFERENCE) as run:
        arena = Arena(run.run, run.ledger.terms)
        with pytest.raises(EnvironmentFault, match="races machine could decide none of 8"):
            hunt(arena, "races", QUICK)
    assert arena.undecided == arena.examples
    assert arena.judged == set()
    assert (arena.failure, arena.unconfirmed) == (None, [])


def test_what_cannot_be_decided_cannot_be_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = Scenario(steps=(PAIR, Create(worker="w3")))
    with opened(REFERENCE) as run:
        arena = Arena(run.run, run.ledger.terms)
        assert replay_until(arena, scenario, FULL) is None
        grant(monkeypatch, 0)
        with pytest.raises(Undecided, match="orders of concurrent calls"):
            replay_until(arena, scenario, FULL)


def test_what_is_wrong_is_told_whatever_cannot_be_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers of two factories: of the first it cannot be said, the second one is wrong."""
    monkeypatch.chdir(HERE)
    factories = {"f1": FactorySettings(), "f2": FactorySettings()}
    wrong = (Create(worker="w2", factory="f2"), Create(worker="w3", factory="f2"))
    together = Together(branches=((Create(worker="w1"),), *((one,) for one in wrong)))
    grant(monkeypatch, 0)
    with opened("py:fickle_factories:always_the_same") as run:
        arena = Arena(run.run, run.ledger.terms)
        replayed = arena.replay(Scenario(factories=factories, steps=(together,)), FULL)
    assert [one.clause for one in replayed.findings] == ["F-CONC-02"]


@pytest.mark.parametrize(
    ("gates", "schedule", "control"),
    [
        ((), (), "chance"),
        ((), ("b1", "b2", "b2"), "chance"),
        (("g1",), ("b1", "g1"), "chance"),
        (("g1",), ("b1", "b2", "b2"), "chance"),
        (("g1",), ("b1", "b2", "g1", "b2"), "gates"),
        (("g1", "g2"), ("b1", "b2", "g1", "b2"), "chance"),
    ],
)
def test_gates_control_what_is_all_in_the_schedule(
    gates: tuple[str, ...], schedule: tuple[str, ...], control: str
) -> None:
    together = Together(
        branches=((Create(worker="w1"),), (Create(worker="w2"), Release(worker="w2"))),
        gates=tuple(Gate(name=one, point="accept") for one in gates),
        schedule=schedule,
    )
    assert control_of(Scenario(steps=(*LIFO[:0], together))) == control
    assert control_of(Scenario(steps=LIFO)) == "sequence"


# -- arenas ---------------------------------------------------------------------------------


def play_lifo(arena: Arena) -> None:
    with arena.example({"f1": FactorySettings()}) as playing:
        for step in LIFO:
            playing.do(step)


def test_a_failure_ends_an_example_and_is_kept(lifo: Opened) -> None:
    arena = Arena(lifo.run, lifo.ledger.terms)
    with pytest.raises(FailureFound, match="F-POOL-02"):
        play_lifo(arena)
    assert arena.failure is not None
    assert arena.failure.scenario.steps == LIFO
    assert (arena.examples, arena.steps) == (1, len(LIFO))
    assert "F-POOL-02" in arena.judged


def test_a_known_deviation_ends_an_example_without_failing(lifo: Opened) -> None:
    known = Deviation(clause="F-POOL-02", how="Last in, first out.", evidence="this test")
    terms = msgspec.structs.replace(lifo.ledger.terms, known=(known,))
    arena = Arena(lifo.run, terms)
    play_lifo(arena)
    play_lifo(arena)
    assert (arena.failure, arena.examples) == (None, 2)
    assert arena.known == {"F-POOL-02": 2}
    assert arena.explained["F-POOL-02"].examples == 1


# -- cases ----------------------------------------------------------------------------------


def found_in(lifo: Opened, **origin: object) -> Found:
    arena = Arena(lifo.run, lifo.ledger.terms)
    told = Origin(machine="lifecycle", implementation="mutant:lifo_pool", **origin)  # type: ignore[arg-type]
    scenario = Scenario(clauses=("F-POOL-02",), profile="documented", steps=LIFO, origin=told)
    replayed = arena.replay(scenario, FULL)
    assert replayed.findings
    return Found(scenario=scenario, replayed=replayed, after_s=0.5, examples=3, replays=9)


def test_a_case_has_its_files_and_no_secrets_in_them(lifo: Opened, tmp_path: Path) -> None:
    arena = Arena(lifo.run, lifo.ledger.terms)
    found = found_in(lifo, shrunk_from=31)
    stderr = f"log of {lifo.run.directory} and {lifo.run.token}"
    noisy = msgspec.structs.replace(found.replayed, stderr=stderr)
    case = keep(arena, msgspec.structs.replace(found, replayed=noisy), tmp_path / "cases")
    place = tmp_path / "cases" / case.id
    assert Path(case.file) == place / "scenario.yaml"
    files = {one.name: one.read_text("utf-8") for one in place.iterdir()}
    assert set(files) == {"scenario.yaml", "history.ndjson", "stderr.txt", "repro.py"}
    for text in files.values():
        assert lifo.run.token not in text
        assert str(lifo.run.directory) not in text
    assert files["stderr.txt"] == "log of RUN and TOKEN"
    told = [msgspec.json.decode(line) for line in files["history.ndjson"].splitlines()]
    assert len(told) == len(found.replayed.history)
    assert read_scenario(Path(case.file)).steps == LIFO
    assert (case.length, case.shrunk_from, case.control) == (5, 31, "sequence")
    assert case.title == find("F-POOL-02").text


def test_a_case_is_named_by_what_it_does_and_breaks(lifo: Opened) -> None:
    """Neither by its title, nor by how it was found."""
    scenario = found_in(lifo, seed=1).scenario
    other = msgspec.structs.replace(scenario, title="Other", origin=None, repeat=20)
    shorter = msgspec.structs.replace(scenario, steps=LIFO[:4])
    elsewhere = msgspec.structs.replace(scenario, clauses=("F-POOL-01",))
    assert case_id(other) == case_id(scenario)
    assert len({case_id(one) for one in (scenario, shorter, elsewhere)}) == 3
    assert len(case_id(scenario)) == 4


def test_a_case_is_written_only_where_it_is_wanted(lifo: Opened, tmp_path: Path) -> None:
    case = keep(Arena(lifo.run, lifo.ledger.terms), found_in(lifo), None)
    assert case.file == ""
    assert list(tmp_path.iterdir()) == []


# -- explorations ---------------------------------------------------------------------------


class Recorder(Arena):
    """Plays nothing; keeps what it was to play, and fails where it is told to."""

    def __init__(self, lifo: Opened, fails_at: type[AnyStep] | None = None) -> None:
        super().__init__(lifo.run, lifo.ledger.terms)
        self.drawn: list[tuple[AnyStep, ...]] = []
        self._fails_at = fails_at

    @contextmanager
    def example(self, *_: object) -> Generator[Play]:
        steps: list[AnyStep] = []
        yield cast("Play", _Steps(steps))
        self.examples += 1
        self.drawn.append(tuple(steps))
        if self._fails_at and any(isinstance(one, self._fails_at) for one in steps):
            finding = Finding("w", "e", "a", clause="F-POOL-02")
            scenario = Scenario(steps=tuple(steps))
            self.failure = Failure(scenario=scenario, findings=(finding,), after_s=0.0, examples=1)
            raise FailureFound


class _Steps:
    """A play that keeps its steps."""

    def __init__(self, steps: list[AnyStep]) -> None:
        self._steps = steps

    def do(self, step: AnyStep) -> None:
        self._steps.append(step)


@pytest.mark.parametrize("machine", REPERTOIRES)
def test_the_same_seed_draws_the_same(lifo: Opened, machine: str) -> None:
    drawn = []
    for number in (7, 7, 8):
        recorder = Recorder(lifo)
        explore(recorder, machine, settings_for(10), number)
        drawn.append(recorder.drawn)
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]
    assert len(drawn[0]) >= 8


def test_draws_depend_on_no_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hypothesis' own draws take constants from every module that has been loaded."""
    numbers = range(10**11, 10**11 + 500)
    (tmp_path / "full_of_numbers.py").write_text(f"NUMBERS = {list(numbers)}", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("full_of_numbers")

    def draw(how: settings) -> list[int]:
        found: list[int] = []

        @seed(7)
        @settings(how)
        @given(st.lists(st.integers(0, 10**12), min_size=50, max_size=50))
        def keep(drawn: list[int]) -> None:
            found.extend(drawn)

        keep()
        return found

    ours, theirs = settings_for(10), settings(settings_for(10), backend="hypothesis")
    assert not set(numbers) & set(draw(ours))
    assert set(numbers) & set(draw(theirs))


def test_without_a_seed_something_else_is_drawn_each_time(lifo: Opened) -> None:
    drawn = []
    for _ in range(2):
        recorder = Recorder(lifo)
        explore(recorder, "lifecycle", settings_for(10), None)
        drawn.append(recorder.drawn)
    assert drawn[0] != drawn[1]


@pytest.mark.parametrize("machine", ["lifecycle", "races"])
def test_what_failed_while_exploring_is_played_first_the_next_time(
    lifo: Opened, machine: str, tmp_path: Path
) -> None:
    first = Recorder(lifo, StopWorker if machine == "lifecycle" else Together)
    explore(first, machine, settings_for(30, tmp_path), None)
    assert first.failure is not None
    assert list(tmp_path.iterdir()) != []
    second = Recorder(lifo, StopWorker if machine == "lifecycle" else Together)
    explore(second, machine, settings_for(30, tmp_path), None)
    assert second.drawn[0] == first.failure.scenario.steps


def test_a_failing_example_is_run_again_but_not_played_again(lifo: Opened) -> None:
    recorder = Recorder(lifo, StopWorker)
    explore(recorder, "lifecycle", settings_for(30), 1)
    assert recorder.failure is not None
    assert sum(any(isinstance(one, StopWorker) for one in each) for each in recorder.drawn) == 1


def test_nothing_found_is_told_so(lifo: Opened) -> None:
    assert hunt(Recorder(lifo), "lifecycle", QUICK) is None
    assert isinstance(found_in(lifo).replayed, Replayed)
