"""What the types of a scenario do not say: that its names fit together. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator  # noqa: TC003 - read by tools

from conformance.contract.clauses import find
from conformance.contract.profiles import find_profile
from conformance.errors import UsageError
from conformance.evidence.daemon_scenario import DaemonScenario  # noqa: TC001 - read by tools
from conformance.evidence.scenario import (
    AnyStep,
    Arm,
    Cease,
    Create,
    Exchange,
    Gate,
    KillDaemon,
    KillWorker,
    Operation,
    Release,
    Scenario,
    Stop,
    StopWorker,
    Together,
)
from conformance.machines.yaml_file import Mistake
from conformance.plan.mischief import MISCHIEFS

#: An entry of a schedule that begins the next operation of a branch.
_BRANCH = re.compile(r"b[1-9][0-9]*")


def check(scenario: Scenario) -> tuple[Mistake, ...]:
    """Look for what cannot be played.

    Args:
        scenario: to be looked at.

    Returns:
        The mistakes, in the order of their steps; empty if there are none.
    """
    return (*heading(scenario), *_Reader(scenario).read())


def heading(scenario: Scenario | DaemonScenario) -> Iterator[Mistake]:
    """Look for what is wrong with what stands about the steps of a scenario.

    Args:
        scenario: of a factory or a daemon.

    Yields:
        The mistakes.
    """
    for number, clause in enumerate(scenario.clauses):
        try:
            find(clause)
        except UsageError as error:
            yield Mistake(f"$.clauses[{number}]", f"{error}; `wfc list clauses` lists them")
    if scenario.profile:
        try:
            find_profile(scenario.profile)
        except UsageError as error:
            yield Mistake("$.profile", str(error))


class _Reader:
    """Reads the steps in order and keeps in mind which names there are."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        #: Workers that were created before the step in hand.
        self._workers: set[str] = set()
        #: Workers created anywhere so far, also in other branches; a name has one meaning.
        self._named: set[str] = set()
        self._gates: set[str] = set()

    def read(self) -> Iterator[Mistake]:
        for number, step in enumerate(self._scenario.steps):
            path = f"$.steps[{number}]"
            if isinstance(step, Together):
                yield from self._read_together(path, step)
            else:
                yield from self._read_step(path, step, self._workers)

    def _read_step(
        self, path: str, step: AnyStep | Operation, workers: set[str]
    ) -> Iterator[Mistake]:
        """One step; `workers` are those known to whoever performs it."""
        if isinstance(step, (Create, Stop, KillDaemon, Arm, Cease)):
            yield from self._read_factory(path, step.factory)
        if isinstance(step, Arm):
            yield from self._read_fault(f"{path}.fault", step)
        if isinstance(step, (Exchange, Release, StopWorker, KillWorker)):
            yield from _read_worker(f"{path}.worker", step.worker, workers)
        if isinstance(step, (Create, Exchange, Release, StopWorker, Stop)):
            yield from _read_expectation(path, step, workers)
        if isinstance(step, Create):
            yield from self._read_new_worker(f"{path}.worker", step.worker)
            workers.add(step.worker)

    def _read_new_worker(self, path: str, name: str) -> Iterator[Mistake]:
        if name in self._named:
            yield Mistake(path, f"worker {name} was created before; give this one another name")
        self._named.add(name)

    def _read_factory(self, path: str, name: str) -> Iterator[Mistake]:
        if name not in self._scenario.factories:
            known = ", ".join(self._scenario.factories) or "none"
            text = f"there is no factory {name}; declare it under `factories` (there: {known})"
            yield Mistake(f"{path}.factory", text)

    def _read_fault(self, path: str, step: Arm) -> Iterator[Mistake]:
        mischief = MISCHIEFS.get(step.fault)
        settings = self._scenario.factories.get(step.factory)
        if mischief is None:
            near = difflib.get_close_matches(step.fault, MISCHIEFS, n=3, cutoff=0.3)
            text = f"nobody can say what must come of {step.fault!r}"
            yield Mistake(path, f"{text}; take {' or '.join(near) or 'one of docs/scenarios.md'}")
        elif settings and mischief.is_simple == settings.use_daemon:
            whose = "simple workers" if mischief.is_simple else "daemons"
            yield Mistake(path, f"a fault of {whose}, and {step.factory} starts none; take another")

    def _read_together(self, path: str, step: Together) -> Iterator[Mistake]:
        created: set[str] = set()
        for branch, operations in enumerate(step.branches):
            workers = set(self._workers)
            for number, operation in enumerate(operations):
                place = f"{path}.branches[{branch}][{number}]"
                yield from self._read_step(place, operation, workers)
            created |= workers
        self._workers |= created
        for number, gate in enumerate(step.gates):
            yield from self._read_gate(f"{path}.gates[{number}]", gate)
        for number, entry in enumerate(step.schedule):
            yield from _read_entry(f"{path}.schedule[{number}]", entry, step)

    def _read_gate(self, path: str, gate: Gate) -> Iterator[Mistake]:
        yield from self._read_factory(path, gate.factory)
        if gate.name in self._gates:
            yield Mistake(f"{path}.name", f"gate {gate.name} stands twice; give it another name")
        if _BRANCH.fullmatch(gate.name):
            yield Mistake(f"{path}.name", f"{gate.name} means a branch; give the gate another name")
        self._gates.add(gate.name)
        settings = self._scenario.factories.get(gate.factory)
        if settings and not settings.use_daemon and gate.point not in ("start", "leave"):
            text = (
                f"{gate.factory} has no daemon, so nobody passes {gate.point}; use start or leave"
            )
            yield Mistake(f"{path}.point", text)


def _read_worker(path: str, name: str, workers: set[str]) -> Iterator[Mistake]:
    if name not in workers:
        text = f"worker {name} is not created before this; create it in an earlier step"
        yield Mistake(path, f"{text}, or earlier in the same branch")


def _read_expectation(path: str, step: Operation, workers: set[str]) -> Iterator[Mistake]:
    expect = step.expect
    if expect is None:
        return
    if expect.same_as is not None:
        yield from _read_worker(f"{path}.expect.same_as", expect.same_as, workers)
        if not isinstance(step, Create):
            text = "only create hands out a worker; leave it away here"
            yield Mistake(f"{path}.expect.same_as", text)
    if expect.counts_as and expect.outcome == "returns":
        text = "what returns raises no error; leave one of outcome and counts_as away"
        yield Mistake(f"{path}.expect.counts_as", text)
    for number, name in enumerate(expect.kill_requests or ()):
        yield from _read_worker(f"{path}.expect.kill_requests[{number}]", name, workers)


def _read_entry(path: str, entry: str, step: Together) -> Iterator[Mistake]:
    branches = [f"b{number + 1}" for number in range(len(step.branches))]
    gates = [gate.name for gate in step.gates]
    if entry not in (*branches, *gates):
        text = f"{entry} is neither a branch nor a gate of this step"
        yield Mistake(path, f"{text}; write one of {', '.join((*branches, *gates))}")
