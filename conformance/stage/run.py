"""What all scenarios of a run share: its directory, its token, its adapter."""

from __future__ import annotations

import os
import resource
import secrets
from typing import TYPE_CHECKING

import msgspec

from conformance.contract.profiles import Profile, find_profile
from conformance.door.find import ROOT, Implementation
from conformance.door.messages import (
    PROTOCOL_VERSION,
    Initialize,
    Initialized,
    Nothing,
    OwnDaemon,
)
from conformance.drive import interrupts, sandbox
from conformance.drive.folder import Folder
from conformance.drive.host import check_host
from conformance.drive.lean import make_lean_python
from conformance.drive.session import Session, quiet_environment
from conformance.errors import DoorError, ProtocolError, Unobservable
from conformance.evidence.outcomes import Lost, Returned
from conformance.observe import processes

if TYPE_CHECKING:
    from conformance.evidence.history import History

_PROFILE = "documented"
#: After so many scenarios it is looked how many descriptors the implementation holds.
_LOOK_EVERY = 25
#: How often to look for processes that were forked while others were being killed.
_SWEEPS = 50


class Run:
    """Resources of a run; close it and nothing of it is left.

    Args:
        implementation: what is under test; None if it is a daemon module alone.
        daemon: daemon module under test; the implementation's own if None.
        daemon_profile: profile of that module, if it is known; counts if it is alone.

    Attributes:
        directory: its directory, on tmpfs where there is one.
        token: value of WFC_TOKEN in every process of the run.
    """

    def __init__(
        self,
        implementation: Implementation | None,
        daemon: OwnDaemon | None = None,
        daemon_profile: str = "",
    ) -> None:
        sandbox.become_subreaper()
        check_host()
        self.implementation = implementation
        self._daemon = daemon
        self._daemon_profile = daemon_profile
        self.token = secrets.token_hex(8)
        self._folder = Folder("wfc-")
        self.directory = self._folder.path
        self.python_exec = sandbox.make_bare_python(self.directory / "python")
        # Another path to it: a factory with another executable is another factory.
        (self.directory / "second").symlink_to(self.directory / "python")
        self._fakes = self.directory / "path"
        self._fakes.mkdir()
        (self._fakes / "fake_daemons").symlink_to(ROOT / "fake_daemons")
        (self.directory / "inherited").symlink_to(self._fakes)
        self._leash = self.directory / "leash"
        os.mkfifo(self._leash, 0o600)
        self._leash_fd = os.open(self._leash, os.O_RDWR | os.O_CLOEXEC)
        self._session: Session | None = None
        self._about: Initialized | None = None
        self.sessions_started = 0
        self._lean: dict[str, str] = {}
        self._scenarios = 0

    @property
    def session(self) -> Session:
        """The conversation with the adapter; a new one if there is none that lives."""
        if self._session is None or self._session.is_lost:
            self.drop_session()
            self._session = self._open()
        return self._session

    @property
    def about(self) -> Initialized:
        """What the implementation told about itself."""
        if self._about is None:
            _ = self.session
        if self._about is None:
            raise DoorError("no implementation is under test")
        return self._about

    @property
    def own_daemon(self) -> OwnDaemon | None:
        """The daemon module under test: the one asked for, else the implementation's own."""
        if self._daemon is not None or self.implementation is None:
            return self._daemon
        return self.about.daemon

    @property
    def asked_daemon(self) -> OwnDaemon | None:
        """The daemon module that the user asked for, if he did."""
        return self._daemon

    @property
    def name(self) -> str:
        """KIND:ID of the implementation; empty if a daemon module alone is under test."""
        return self.implementation.name if self.implementation else ""

    def python(self, which: str) -> str:
        """Give one of the two interpreters of the run: one installation by two paths.

        Args:
            which: `first` or `second`.

        Returns:
            Its path. Implementations in other languages than Python have archives of
            their own on the path of what they start; they get one that drops those.
        """
        folder = "second" if which == "second" else "python"
        python = str(self.directory / folder / "bin" / "python")
        if self.about.language == "Python":
            return python
        if folder not in self._lean:
            self._lean[folder] = make_lean_python(self.directory / f"lean-{folder}", python)
        return self._lean[folder]

    def default_profile(self) -> Profile:
        """Choose by which profile to judge, if the user did not.

        Returns:
            The implementation's own profile if it knows one, else `documented`.
        """
        return find_profile(self.own_profile or _PROFILE)

    @property
    def own_profile(self) -> str | None:
        """The profile that is its own, as a Spark release says, and a daemon of one shows."""
        return self.about.profile if self.implementation else self._daemon_profile or None

    def environment(self) -> dict[str, str]:
        """Make the variables that every fake of the run needs.

        Returns:
            Variables to put into `env_vars`.
        """
        return {
            "PYTHONPATH": str(self._fakes),
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self.directory / "pyc"),
            "WFC_LEASH": str(self._leash),
            "WFC_TOKEN": self.token,
        }

    def next_number(self) -> int:
        """Number the scenarios; none is at play when this is called.

        An implementation may leak: that is for the clauses to say, once. What it leaks over
        thousands of scenarios must not make the next one fail, so its process is replaced.

        Returns:
            The number of the next one, from 1.
        """
        if self._scenarios % _LOOK_EVERY == 0 and self._is_nearly_full():
            self.drop_session()
        self._scenarios += 1
        return self._scenarios

    def hide(self, text: str) -> str:
        """Say a word where a secret of the run stands.

        Args:
            text: to be kept.

        Returns:
            The text without the run's directory and its token.
        """
        for secret, word in ((str(self.directory), "RUN"), (self.token, "TOKEN")):
            text = text.replace(secret, word)
        return text

    def ndjson(self, history: History) -> str:
        """Write a history down, without secrets of the run.

        Args:
            history: of a scenario.

        Returns:
            A line of JSON for each sighting.
        """
        lines = (msgspec.json.encode(seen).decode() for seen in history)
        return "".join(f"{self.hide(line)}\n" for line in lines)

    def _is_nearly_full(self) -> bool:
        """Whether the implementation's process holds half of the descriptors that it may."""
        if self._session is None or self._session.is_lost or self._about is None:
            return False
        try:
            most, _ = resource.prlimit(self._about.pid, resource.RLIMIT_NOFILE)
        except (ProcessLookupError, PermissionError):
            return False
        return 0 < most < 2 * len(processes.descriptors(self._about.pid))

    @property
    def inherited_path(self) -> str:
        """PYTHONPATH of the implementation's own process; the fakes are found there too."""
        return str(self.directory / "inherited")

    def drop_session(self) -> None:
        """End the adapter, if there is one; the next scenario gets a new one."""
        if self._session is not None:
            self._session.kill()
            self._session = None

    def close(self) -> None:
        """End everything that belongs to the run and remove its directory."""
        if self._session is not None:
            self._session.begin("shutdown", Nothing())
            self._session.close()
            self._session = None
        end_all("WFC_TOKEN", self.token)
        os.close(self._leash_fd)
        self._folder.remove()

    def _open(self) -> Session:
        if self.implementation is None:
            raise DoorError("no implementation is under test")
        interrupts.insist()
        self.sessions_started += 1
        session = Session(
            self.implementation.argv,
            quiet_environment(self._inherited()),
            self.directory / f"adapter-{self.sessions_started}.stderr",
        )
        try:
            self._about = self._greet(session, self.implementation)
        except BaseException:
            session.kill()
            raise
        return session

    def _inherited(self) -> dict[str, str]:
        """What every child inherits from the implementation, unless env_vars say otherwise."""
        return {
            "PYTHONPATH": self.inherited_path,
            "WFC_PROBE_INHERITED": self.token,
            "WFC_TOKEN": self.token,
        }

    @staticmethod
    def _greet(session: Session, implementation: Implementation) -> Initialized:
        within_s = implementation.start_within_s
        try:
            outcome = session.call("initialize", Initialize(), within_s)
        except (DoorError, Unobservable) as error:
            kind = DoorError if type(error) is DoorError else ProtocolError
            raise kind(f"{implementation.name} could not be started: {error}") from None
        if not isinstance(outcome, Returned):
            why = outcome.reason if isinstance(outcome, Lost) else str(outcome)
            kind = DoorError if isinstance(outcome, Lost) else ProtocolError
            raise kind(f"{implementation.name} could not be started: {why}")
        about: Initialized = outcome.value
        if about.protocol_version != PROTOCOL_VERSION:
            raise ProtocolError(
                f"{implementation.name} speaks protocol {about.protocol_version!r}; "
                f"this suite speaks {PROTOCOL_VERSION!r}"
            )
        return about


def end_all(variable: str, value: str) -> tuple[int, ...]:
    """Kill every process that was started with a variable, and collect the orphans.

    Args:
        variable: its name.
        value: its value.

    Returns:
        Pids of what could not be ended; empty when all is well.
    """
    left: tuple[int, ...] = ()
    for _ in range(_SWEEPS):
        left = processes.with_variable(variable, value)
        if not left:
            break
        for pid in left:
            sandbox.kill(pid)
        sandbox.wait_for_end(left)
    return left
