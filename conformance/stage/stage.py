"""One scenario at play: its factories, its daemons, what was seen, and what is judged."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from conformance.contract.limits import CALL_DEADLINE_S, MUST_HAPPEN_S, MUST_NOT_HAPPEN_S
from conformance.door.messages import FactoryMade, NewFactory, OwnDaemon
from conformance.drive import interrupts, sandbox
from conformance.drive.caller import DaemonProcess
from conformance.drive.clock import wait_until
from conformance.errors import FakeMisbehaved, SuiteError, Unobservable
from conformance.observe import processes
from conformance.observe.channel import SideChannel
from conformance.stage.calls import Calls
from conformance.stage.factory import Factory
from conformance.stage.page import Gates, PlanPage
from conformance.stage.run import end_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.contract.profiles import Profile
    from conformance.door.messages import Params
    from conformance.evidence.findings import Finding
    from conformance.evidence.history import History
    from conformance.evidence.sightings import Sighting
    from conformance.stage.calls import Call
    from conformance.stage.record import Record
    from conformance.stage.run import Run

#: How long a factory may take to stop when the scenario is over, in seconds.
_FAREWELL_S = 5.0


class Stage:
    """One scenario at play.

    Args:
        run: what it shares with the other scenarios.
        profile: what it is judged by.
        record: what it has established so far.
        number: of the scenario within the run.

    Attributes:
        directory: its own directory.
        token: value of WFC_SCENARIO in every process of the scenario.
    """

    def __init__(self, run: Run, profile: Profile, record: Record, number: int) -> None:
        interrupts.insist()
        self.run = run
        self.profile = profile
        self.record = record
        self.token = f"{run.token}-{number}"
        self.directory = run.directory / f"scenario-{number}"
        self.directory.mkdir()
        self.channel = SideChannel(self.directory / "sightings")
        self.calls = Calls(run, record, self.channel)
        self._plan = PlanPage(self.directory / "plan")
        self._gates = Gates(self.directory)
        self._factories: list[Factory] = []
        self._daemons: list[DaemonProcess] = []
        self._clear_after: int | None = None

    # -- what is seen -----------------------------------------------------------------

    @property
    def history(self) -> History:
        """All that was seen so far."""
        return self.channel.history()

    def wait_for(
        self, what: str, who: str | None = None, within_s: float = MUST_HAPPEN_S, **keys: object
    ) -> Sighting | None:
        """Wait until something has been seen.

        Args:
            what: name of the event.
            who: role of the process, any if None.
            within_s: limit in seconds.
            **keys: particulars that must be equal.

        Returns:
            The first such sighting, or None if there was none in time.
        """
        seen = wait_until(lambda: self.history.of(what, who, **keys), within_s)
        return seen[0] if seen else None

    def wait_for_count(
        self, count: int, what: str, who: str | None = None, **keys: object
    ) -> tuple[Sighting, ...]:
        """Wait until something has been seen several times.

        Args:
            count: how many times.
            what: name of the event.
            who: role of the process, any if None.
            **keys: particulars that must be equal.

        Returns:
            The sightings, fewer if the time was over.
        """
        wait_until(lambda: len(self.history.of(what, who, **keys)) >= count, MUST_HAPPEN_S)
        return self.history.of(what, who, **keys)

    def read_stderr(self) -> str:
        """Read what the implementation, and the daemons of its own, wrote to standard error.

        Returns:
            The end of it; nothing of an adapter that was lost.
        """
        texts = [daemon.read_stderr() for daemon in self._daemons]
        if self.run.implementation is not None and not self.run.session.is_lost:
            texts.insert(0, self.run.session.stderr_tail())
        return "".join(texts)

    # -- what is judged ---------------------------------------------------------------

    def judge(self, clause: str, *wrongs: Iterable[Finding]) -> None:
        """Judge a clause by what checkers found.

        Args:
            clause: its id; the scenario must claim it.
            *wrongs: findings of checkers; none means that the clause is kept.
        """
        self.record.judge(clause, *wrongs)

    # -- what is set up ---------------------------------------------------------------

    def environment(self, faults: str = "") -> dict[str, str]:
        """Make the variables that the fakes of this scenario need.

        Args:
            faults: faults that hold from the start (docs/side-channel.md).

        Returns:
            Variables to put into `env_vars`.
        """
        return self.run.environment() | {
            "WFC_DIR": str(self.directory),
            "WFC_FAULTS": faults,
            "WFC_PLAN": str(self._plan.path),
            "WFC_SCENARIO": self.token,
            "WFC_SIGHTINGS": str(self.directory / "sightings"),
        }

    def plan(self, faults: str) -> None:
        """Set the faults that strike from here on, beside those of the environment.

        Args:
            faults: replaces what the plan page held before; empty ends all faults.

        Raises:
            SuiteError: if the text does not fit the page.
        """
        self._plan.write(faults)
        self.channel.note("plan", faults=faults)

    def factory(  # noqa: PLR0913 - a scenario names just what it needs, by keyword
        self,
        faults: str = "",
        *,
        daemon: str = "fake_daemons.well_behaved",
        worker: str = "fake_daemons.simple_well_behaved",
        use_daemon: bool = True,
        python_exec: str | None = None,
        env: Mapping[str, str] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Factory:
        """Make a factory of the implementation under test.

        Args:
            faults: of the fakes, from the start.
            daemon: daemon module.
            worker: worker module.
            use_daemon: whether workers come from a daemon.
            python_exec: interpreter; a bare one if None.
            env: more environment for `env_vars`; wins over the suite's own.
            options: of `factory.new` (docs/protocol.md).

        Returns:
            The factory.

        Raises:
            ContractViolation: if the implementation cannot even make it.
        """
        call = self.make_factory(
            NewFactory(
                python_exec=python_exec or self.run.python_exec,
                env_vars=self.environment(faults) | dict(env or {}),
                use_daemon=use_daemon,
                daemon_module=daemon,
                worker_module=worker,
                options={"profile": self.profile.name, **(options or {})},
            )
        )
        made = call.value(FactoryMade)
        factory = Factory(self.calls, made.factory, made.options)
        self._factories.append(factory)
        return factory

    def make_factory(self, params: NewFactory) -> Call:
        """Ask for a factory, whatever comes of it.

        Args:
            params: parameters of `factory.new`.

        Returns:
            How it came out.
        """
        return self.call("factory.new", params)

    def simple_factory(self, faults: str = "", **settings: Any) -> Factory:
        """Make a factory that works without a daemon.

        Args:
            faults: of the fake simple workers.
            **settings: as of `factory`.

        Returns:
            The factory.
        """
        if "simple" not in self.run.about.capabilities:
            raise Unobservable("the adapter has no simple workers")
        return self.factory(faults, use_daemon=False, **settings)

    def daemon(self, env: Mapping[str, str | None] | None = None, **settings: Any) -> DaemonProcess:
        """Start the implementation's own daemon module, with the suite as its factory.

        Args:
            env: variables that win over the usual ones; None as a value removes one.
            **settings: as of `DaemonProcess.start`.

        Returns:
            The daemon, not yet asked for its port.

        Raises:
            Unobservable: if the implementation brings no daemon.
        """
        own = self.own_daemon()
        started = DaemonProcess.start(
            own, self.run.python_exec, self._daemon_env(env), note=self._as_factory, **settings
        )
        self._daemons.append(started)
        return started

    def _as_factory(self, what: str, way: str, pid: int) -> None:
        """Take down what the suite does in the factory's place."""
        self.channel.note("as_factory", do=what, way=way, pid=pid)

    def own_daemon(self) -> OwnDaemon:
        """Tell which daemon module the implementation brings along.

        Returns:
            The module and how to start it.

        Raises:
            Unobservable: if it brings none.
        """
        own = self.run.own_daemon
        if own is None:
            raise Unobservable("the implementation brings no daemon module of its own")
        return own

    def _daemon_env(self, env: Mapping[str, str | None] | None) -> dict[str, str | None]:
        mine: dict[str, str | None] = {**self.environment()}
        mine.pop("WFC_LEASH")
        mine.pop("PYTHONPATH")
        return mine | dict(env or {})

    # -- what is done -----------------------------------------------------------------

    def call(self, method: str, params: Params, within_s: float = CALL_DEADLINE_S) -> Call:
        """Call through the door and wait.

        Args:
            method: of the protocol.
            params: its parameters.
            within_s: limit in seconds.

        Returns:
            How it came out.
        """
        return self.calls.call(method, params, within_s)

    def begin(self, method: str, params: Params) -> Call:
        """Call through the door without waiting.

        Args:
            method: of the protocol.
            params: its parameters.

        Returns:
            The call in flight.
        """
        return self.calls.begin(method, params)

    def open_gate(self, name: str) -> None:
        """Let the one process through that stands at a gate, or will come to it.

        Args:
            name: of the gate; `make_gate` has made it.
        """
        self._gates.open(name)
        self.channel.note("gate_opened", name=name)

    def make_gate(self, name: str) -> str:
        """Make a gate for a fault to name.

        Args:
            name: of the gate.

        Returns:
            The action to write into a fault: `gate:NAME`.
        """
        return self._gates.make(name)

    def kill(self, pid: int) -> None:
        """Kill a process of this scenario and wait until it is gone.

        Args:
            pid: its pid.

        Raises:
            SuiteError: if it is no process of this scenario, or does not die.
        """
        self.signal(pid, 9)
        if not sandbox.wait_for_end([pid]):
            raise SuiteError(f"process {pid} survives SIGKILL")
        # Its parent collects it while we go on; who asks meanwhile takes it for alive.
        wait_until(lambda: processes.look(pid) is None, MUST_NOT_HAPPEN_S)

    def signal(self, pid: int, number: int) -> None:
        """Send a signal to a process of this scenario.

        Args:
            pid: its pid.
            number: the signal.

        Raises:
            SuiteError: if it is no process of this scenario: a daemon may claim any pid.
        """
        if processes.environment(pid).get("WFC_SCENARIO") != self.token:
            raise SuiteError(f"process {pid} does not belong to this scenario")
        self.channel.note("signalled", pid=pid, number=number)
        sandbox.send_signal(pid, number)

    def living(self) -> tuple[int, ...]:
        """List the living processes of this scenario.

        Returns:
            Their pids.
        """
        pids = processes.with_variable("WFC_SCENARIO", self.token)
        self._clear_after = None if pids or self._daemons else self.calls.settled
        return pids

    @property
    def _is_clear(self) -> bool:
        """Whether nobody lived when last looked for, and nothing was asked for since."""
        return self._clear_after is not None and self._clear_after == self.calls.settled

    # -- how it ends ------------------------------------------------------------------

    def close(self) -> None:
        """Stop the factories, end every process of the scenario, and see that none is left.

        Raises:
            SuiteError: if a process survives.
            FakeMisbehaved: if a fake broke by a mistake of ours.
        """
        # Interrupted, it proves nothing any more, and the user waits.
        if not self.calls.is_hung and not interrupts.current().has_come:
            self._stop_factories()
        left = () if self._is_clear else end_all("WFC_SCENARIO", self.token)
        broken = self.history.of("broke")
        sandbox.reap_orphans()
        for daemon in self._daemons:
            daemon.close()
        self._gates.close()
        if self.calls.is_hung:
            self.run.drop_session()
        self.channel.close()
        shutil.rmtree(self.directory, ignore_errors=True)
        if left:
            raise SuiteError(f"processes {left} of the scenario survive SIGKILL")
        if broken:
            raise FakeMisbehaved(f"{broken[0]}; see its traceback on standard error")

    def _stop_factories(self) -> None:
        for factory in self._factories:
            if not factory.is_stopped and not self.calls.is_hung:
                factory.stop(within_s=_FAREWELL_S)
