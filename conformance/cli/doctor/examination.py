"""An adapter put through its paces: the smallest life of a factory, in steps with limits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from conformance.contract.limits import MUST_HAPPEN_S
from conformance.contract.profiles import find_profile
from conformance.door.find import find
from conformance.door.messages import Result
from conformance.drive.clock import now_s, wait_until
from conformance.errors import ContractViolation, DoorError, Unobservable
from conformance.evidence.findings import Finding
from conformance.stage.record import Record
from conformance.stage.run import Run
from conformance.stage.stage import Stage

if TYPE_CHECKING:
    from conformance.stage.factory import Factory, Worker

#: How long an adapter may take to start, and each call: a user waits.
_START_S = 10.0
_CALL_S = 10.0
_DAEMON = "fake_daemons.well_behaved"
_GREETING = b"who are you?"
#: The end of the adapter's standard error that is read, in bytes.
_TAIL_BYTES = 4000


class Examination:
    """One adapter and how far it has come.

    Args:
        name: KIND:ID.

    Attributes:
        implementation: how it is reached.
    """

    def __init__(self, name: str) -> None:
        found = find(name)
        is_patient = name.startswith("spark:")
        within_s = found.start_within_s if is_patient else min(found.start_within_s, _START_S)
        self.implementation = msgspec.structs.replace(found, start_within_s=within_s)
        self._run = Run(self.implementation)
        self._stage: Stage | None = None
        self._factory: Factory | None = None
        self._worker: Worker | None = None

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What the adapter says that it can do, and does not refuse when it is asked for it."""
        claimed = self._run.about.capabilities
        return tuple(one for one in claimed if one != "simple" or self._makes_simple())

    def _makes_simple(self) -> bool:
        """Make a factory without a daemon; a failure of its own is no refusal."""
        try:
            self._need_stage().simple_factory().stop(_CALL_S)
        except Unobservable:
            return False
        except ContractViolation:
            pass
        return True

    # -- the steps, each of which tells what it saw ------------------------------------

    def start(self) -> str:
        """Start the adapter and greet it."""
        began_s = now_s()
        session = self._run.session
        return f"pid {session.pid}, in {now_s() - began_s:.1f} s"

    def greet(self) -> str:
        """See what it told of itself; an unknown profile is a fault of the adapter's."""
        about = self._run.about
        if about.profile:
            find_profile(about.profile)
        who = " ".join(filter(None, (about.name, about.version, f"({about.language})")))
        return f"version {about.protocol_version}: {who}"

    def make_factory(self) -> str:
        """Make a factory."""
        profile = self._run.default_profile()
        self._stage = Stage(self._run, profile, Record(("F-CONN-01",), profile), 1)
        self._factory = self._stage.factory(daemon=_DAEMON)
        return f"by profile {profile.name}"

    def create(self) -> str:
        """Create a worker through a fake daemon that behaves."""
        self._worker = self._create()
        return f"pid {self._worker.pid}, through {_DAEMON}"

    def exchange(self) -> str:
        """Ask the worker who it is."""
        worker = self._need_worker()
        pid, text = worker.echo(_GREETING)
        if text != _GREETING:
            raise _wrong(f"{_GREETING!r} comes back", f"{text!r}")
        if worker.pid is not None and pid != worker.pid:
            raise _wrong(f"the worker of pid {worker.pid}", f"another answers: pid {pid}")
        return f"the worker says that it is pid {pid}"

    def release(self) -> str:
        """Give the worker back."""
        self._need_factory().release(self._need_worker()).value(Result)
        return ""

    def stop_worker(self) -> str:
        """Ask for a worker once more and stop it."""
        worker = self._create()
        self._need_factory().stop_worker(worker).value(Result)
        return f"pid {worker.pid}"

    def stop(self) -> str:
        """Stop the factory."""
        call = self._need_factory().stop(_CALL_S)
        call.value(Result)
        return f"in {call.took_s:.1f} s"

    def see_nothing_left(self) -> str:
        """See that daemon and workers end."""
        stage = self._need_stage()
        wait_until(lambda: not stage.living(), MUST_HAPPEN_S)
        if left := stage.living():
            raise _wrong("no process", f"{len(left)} live {MUST_HAPPEN_S:g} s after stop: {left}")
        return ""

    # -- besides -----------------------------------------------------------------------

    def adapter_said(self) -> str:
        """Read the end of what the adapter wrote to its standard error."""
        written = sorted(Path(self._run.directory).glob("adapter-*.stderr"))
        if not written:
            return ""
        return written[-1].read_bytes()[-_TAIL_BYTES:].decode(errors="replace").strip()

    def close(self) -> None:
        """End everything that was started."""
        try:
            if self._stage is not None:
                self._stage.close()
        finally:
            self._run.close()

    def _create(self) -> Worker:
        factory = self._need_factory()
        return factory.worker_of(factory.try_create(_CALL_S))

    def _need_stage(self) -> Stage:
        if self._stage is None:
            raise DoorError("no factory was made")
        return self._stage

    def _need_factory(self) -> Factory:
        if self._factory is None:
            raise DoorError("no factory was made")
        return self._factory

    def _need_worker(self) -> Worker:
        if self._worker is None:
            raise DoorError("no worker was created")
        return self._worker


def _wrong(expected: str, actual: str) -> ContractViolation:
    return ContractViolation([Finding("unexpected_outcomes", expected, actual)])
