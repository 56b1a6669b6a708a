"""A bare loop: the operations of scenarios through the door, and nothing else.

Nothing is drawn, modelled, watched or judged, and nothing is waited for but answers and
the ends of what was killed: the least that any tester has to do.
"""

from __future__ import annotations

import shutil
import struct
from typing import TYPE_CHECKING, Any

from conformance.door.messages import (
    Exchange as ExchangeParams,
    NewFactory,
    OfFactory,
    OfWorker,
    OneWorker,
    Params,
)
from conformance.drive import sandbox
from conformance.errors import SuiteError
from conformance.evidence.outcomes import Outcome, Returned
from conformance.evidence.scenario import (
    AnyStep,
    Arm,
    Cease,
    Create,
    Exchange,
    KillDaemon,
    KillWorker,
    Operation,
    Release,
    Scenario,
    Stop,
    StopWorker,
    Together,
)

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.plan.model import Deed
    from conformance.stage.run import Run

_LIMIT_S = 30.0
_QUESTION = b"who are you?"
_WHO = ExchangeParams(
    worker="", write=struct.pack("!i", len(_QUESTION)) + _QUESTION, read=8 + 12, within_ms=5000
)


class BareLoop:
    """Plays scenarios on an implementation without looking.

    Args:
        run: whose adapter is called.
        profile: option of `factory.new`.
    """

    def __init__(self, run: Run, profile: str) -> None:
        self._run = run
        self._profile = profile

    def play(self, scenario: Scenario) -> None:
        """Perform all steps, stop every factory, let go of every worker.

        Args:
            scenario: one that was played before, without callers at the same time.
        """
        token = f"{self._run.token}-{self._run.next_number()}"
        directory = self._run.directory / token
        directory.mkdir()
        example = _Example(self._run, scenario, directory, self._profile)
        for step in scenario.steps:
            example.do(step)
        example.finish()
        sandbox.reap_orphans()
        shutil.rmtree(directory, ignore_errors=True)


class _Example:
    """One scenario: its factories and its workers by their names at the door."""

    def __init__(self, run: Run, scenario: Scenario, directory: Path, profile: str) -> None:
        self._run = run
        self._scenario = scenario
        self._directory = directory
        self._profile = profile
        self._factories: dict[str, str] = {}
        self._workers: dict[str, tuple[str, str]] = {}
        self._pids: dict[str, int] = {}
        self._armed = 0
        self._faults: dict[str, list[str]] = {}
        for name in scenario.factories:
            (directory / name).mkdir()
            (directory / name / "plan").touch()

    def do(self, step: AnyStep) -> None:
        match step:
            case Arm() | Cease() | KillDaemon() | KillWorker():
                self._act(step)
            case Together():
                raise SuiteError("a bare loop has one caller: choose scenarios without `together`")
            case _:
                self._ask(step)

    def _ask(self, operation: Operation) -> None:
        match operation:
            case Create(worker=name, factory=owner):
                self._create(name, owner)
            case Exchange(worker=name):
                self._echo(name)
            case Release(worker=name):
                self._of_worker("factory.release_worker", name)
            case StopWorker(worker=name):
                self._of_worker("factory.stop_worker", name)
            case Stop(factory=owner):
                self._call("factory.stop", OfFactory(factory=self._factory(owner)))

    def _act(self, deed: Deed) -> None:
        match deed:
            case Arm(fault=fault, times=times, factory=owner):
                self._arm(owner, fault, times)
            case Cease(factory=owner):
                self._faults[owner] = []
                self._write_plan(owner)
            case KillDaemon(factory=owner):
                self._kill(self._daemon_pid(owner))
            case KillWorker(worker=name):
                self._kill(self._pids.get(name))

    def finish(self) -> None:
        for name in self._factories.values():
            self._call("factory.stop", OfFactory(factory=name))
        for _, worker in self._workers.values():
            self._call("worker.close", OneWorker(worker=worker))

    # -- through the door ----------------------------------------------------------------------

    def _call(self, method: str, params: Params) -> Outcome:
        return self._run.session.call(method, params, _LIMIT_S)

    def _create(self, name: str, owner: str) -> None:
        outcome = self._call("factory.create", OfFactory(factory=self._factory(owner)))
        if isinstance(outcome, Returned):
            self._workers[name] = (owner, outcome.value.worker)
            self._echo(name)

    def _echo(self, name: str) -> None:
        if name not in self._workers:
            return
        params = ExchangeParams(
            worker=self._workers[name][1],
            write=_WHO.write,
            read=_WHO.read,
            within_ms=_WHO.within_ms,
        )
        outcome = self._call("worker.exchange", params)
        if isinstance(outcome, Returned) and len(outcome.value.data) == _WHO.read:
            self._pids[name] = struct.unpack_from("!i", outcome.value.data)[0]

    def _of_worker(self, method: str, name: str) -> None:
        if name in self._workers:
            owner, worker = self._workers[name]
            self._call(method, OfWorker(factory=self._factory(owner), worker=worker))

    def _factory(self, name: str) -> str:
        if name not in self._factories:
            outcome = self._call("factory.new", self._settings(name))
            assert isinstance(outcome, Returned), outcome  # noqa: S101 - it was made before
            self._factories[name] = outcome.value.factory
        return self._factories[name]

    def _settings(self, name: str) -> NewFactory:
        settings = self._scenario.factories[name]
        options: dict[str, Any] = {"profile": self._profile}
        if settings.idle_worker_max_pool_size is not None:
            options["idle_worker_max_pool_size"] = settings.idle_worker_max_pool_size
        mine = {
            **settings.env,
            "WFC_DIR": str(self._directory / name),
            "WFC_FAULTS": "",
            "WFC_PLAN": str(self._directory / name / "plan"),
            "WFC_SCENARIO": self._directory.name,
            "WFC_SIGHTINGS": str(self._directory / name / "sightings"),
            "WFC_PROBE_FACTORY": name,
        }
        return NewFactory(
            python_exec=self._run.python(settings.python),
            env_vars=self._run.environment() | mine,
            use_daemon=settings.use_daemon,
            daemon_module="fake_daemons.well_behaved",
            worker_module="fake_daemons.simple_well_behaved",
            options=options,
        )

    # -- beside the door ------------------------------------------------------------------------

    def _arm(self, owner: str, fault: str, times: int) -> None:
        self._armed += 1
        for number in range(1, times + 1):
            (self._directory / owner / f"ticket.t{self._armed}.{number}").touch()
        self._faults.setdefault(owner, []).append(f"{fault},ticket=t{self._armed}:{times}")
        self._write_plan(owner)

    def _write_plan(self, owner: str) -> None:
        new = self._directory / owner / "plan.new"
        new.write_text(";".join(self._faults[owner]))
        new.rename(self._directory / owner / "plan")

    def _daemon_pid(self, owner: str) -> int | None:
        """The daemon that told of itself last."""
        sightings = self._directory / owner / "sightings"
        if not sightings.exists():
            return None
        lines = (line.split(" ", 5) for line in sightings.read_text().splitlines())
        pids = [int(fields[1]) for fields in lines if fields[3:5] == ["daemon", "start"]]
        return pids[-1] if pids and not sandbox.has_ended(pids[-1]) else None

    @staticmethod
    def _kill(pid: int | None) -> None:
        if pid is not None:
            sandbox.kill(pid)
            sandbox.wait_for_end([pid])
